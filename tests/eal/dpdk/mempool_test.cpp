// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/mempool.hpp"

#include <gtest/gtest.h>
#include <rte_malloc.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_memzone.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <vector>

#include "dpdk/lanes.hpp"
#include "dpdk/packet.hpp"

namespace ringside::dpdk {
namespace {

std::uint64_t heap_in_use() {
  ::rte_malloc_socket_stats stats{};
  ::rte_malloc_get_socket_stats(0, &stats);
  return stats.heap_allocsz_bytes;
}

std::vector<const ::rte_mbuf*> mbufs_of(const Mempool& pool) {
  std::vector<const ::rte_mbuf*> mbufs;
  ::rte_mempool_obj_iter(
      pool.view().get(),
      [](::rte_mempool*, void* to, void* mbuf, unsigned) {
        static_cast<std::vector<const ::rte_mbuf*>*>(to)->push_back(
            static_cast<const ::rte_mbuf*>(mbuf));
      },
      &mbufs);
  std::ranges::sort(mbufs);
  return mbufs;
}

std::uintptr_t address(const void* of) {
  return reinterpret_cast<std::uintptr_t>(of);
}

TEST(Mempool, PacksMbufsWithoutHugepagesOverAllSetsOfACache) {
  const auto pool = Mempool::create("packed", {.mbufs = 1000, .data_room = 2176, .cache = 0}, 0);
  ASSERT_TRUE(pool) << pool.error().message;
  const auto mbufs = mbufs_of(*pool);
  ASSERT_EQ(mbufs.size(), 1000u);
  std::set<std::uintptr_t> lines_of_a_page;
  for (const ::rte_mbuf* mbuf : mbufs) {
    lines_of_a_page.insert(address(mbuf) % 4096 / 64);
    EXPECT_EQ((address(mbuf) - address(mbufs[0])) % 2368, 0u);
  }
  EXPECT_EQ(address(mbufs.back()) - address(mbufs.front()), 999u * 2368);
  EXPECT_EQ(lines_of_a_page.size(), 64u);
}

TEST(Mempool, GivesPackedMbufsAddressesForDevices) {
  const auto pool = Mempool::create("packed", {.mbufs = 100, .data_room = 2176, .cache = 0}, 0);
  ASSERT_TRUE(pool) << pool.error().message;
  for (const ::rte_mbuf* mbuf : mbufs_of(*pool)) {
    EXPECT_EQ(mbuf->buf_iova, address(mbuf->buf_addr));
    EXPECT_EQ(::rte_mempool_virt2iova(mbuf), address(mbuf));
  }
}

/// Without a cache on the way.
Mempool bare_pool() {
  return *Mempool::create("bare", {.mbufs = 100, .data_room = 2176, .cache = 0}, 0);
}

TEST(Mempool, HandsOutFirstWhatWasGivenBackLast) {
  const Mempool pool = bare_pool();
  void* mbufs[3] = {};
  ASSERT_EQ(::rte_mempool_get_bulk(pool.view().get(), mbufs, 3), 0);
  ::rte_mempool_put_bulk(pool.view().get(), mbufs, 3);
  void* next = nullptr;
  for (const int i : {2, 1, 0}) {
    ASSERT_EQ(::rte_mempool_get(pool.view().get(), &next), 0);
    EXPECT_EQ(next, mbufs[i]) << i;
  }
}

TEST(Mempool, IsOfTheKindThatSomebodyHasChosen) {
  ASSERT_EQ(::rte_mbuf_set_user_mempool_ops("ring_sp_sc"), 0);
  const Mempool pool = bare_pool();
  ::rte_memzone_free(::rte_memzone_lookup("mbuf_user_pool_ops"));
  EXPECT_STREQ(::rte_mempool_get_ops(pool.view().get()->ops_index)->name, "ring_sp_sc");
}

class MempoolSize : public ::testing::TestWithParam<PoolSize> {
 protected:
  static void SetUpTestSuite() { register_lanes(); }
};

TEST_P(MempoolSize, IsWhatSizingSaysAndIsGivenBack) {
  const PoolSize size = GetParam();
  const std::uint64_t before = heap_in_use();
  {
    const auto pool = Mempool::create("sized", size, 0);
    ASSERT_TRUE(pool) << pool.error().message;
    const auto expected = static_cast<double>(pool_bytes(size, kPage4k));
    EXPECT_NEAR(static_cast<double>(heap_in_use() - before), expected, expected * 0.002);
  }
  EXPECT_EQ(heap_in_use(), before);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MempoolSize,
    ::testing::Values(PoolSize{.mbufs = 8191, .data_room = 2176},
                      PoolSize{.mbufs = 8191, .data_room = 2240, .cache = 0},
                      PoolSize{.mbufs = 8191, .data_room = 2176, .cache = 0, .lanes = 4},
                      PoolSize{.mbufs = 4095, .data_room = 9344}));

class MempoolOfTheWire : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_lanes(); }
};

TEST_F(MempoolOfTheWire, IsOfAKindThatIsMadeKnownOnce) {
  const std::uint32_t kinds = ::rte_mempool_ops_table.num_ops;
  register_lanes();
  EXPECT_EQ(::rte_mempool_ops_table.num_ops, kinds);
}

/// Whether a process that does this comes to its end.
template <typename Work>
bool ends(Work&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    work();
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// As the process would leave it that is killed just after it began to give `count` mbufs back.
void begin_to_give_back(const ::rte_mempool* pool, unsigned lane, unsigned count) {
  const RingView own = lane_of(pool, lane);
  ::rte_ring* const ring = own ? own.get() : static_cast<::rte_ring*>(pool->pool_data);
  ring->prod.head = ring->prod.head + count;
}

TEST_F(MempoolOfTheWire, IsOpenToTheServerAfterTheWireWasKilledAtIt) {
  const PoolSize size = wire_pool({.ring_size = 512, .wire_ports = 2, .wire_ring_size = 512});
  const auto pool = Mempool::create("of_the_wire", size, 0);
  ASSERT_TRUE(pool) << pool.error().message;
  std::vector<Packet> packets(2000);
  ASSERT_EQ(::rte_pktmbuf_alloc_bulk(pool->view().get(), packets.data(), 2000), 0);
  begin_to_give_back(pool->view().get(), kWireLane, 32);
  EXPECT_TRUE(ends([&] {
    for (Packet& packet : packets) free_packets({&packet, 1});
  }));
}

TEST(Mempool, ThatDoesNotFitSaysWhatItWanted) {
  const auto pool =
      Mempool::create("large", {.mbufs = 1'000'000, .data_room = 2176, .cache = 0}, 0);
  ASSERT_FALSE(pool);
  EXPECT_EQ(pool.error().code, ExitCode::kEnvironment);
  EXPECT_NE(pool.error().message.find("no room for mempool 'large': 1000000 mbufs"),
            std::string::npos)
      << pool.error().message;
}

}  // namespace
}  // namespace ringside::dpdk
