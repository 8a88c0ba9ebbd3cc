// SPDX-License-Identifier: BSD-3-Clause
#include "client/worker.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "core/shared_counter.hpp"
#include "eal_for_tests.hpp"

namespace ringside::client {
namespace {

using ::testing::ElementsAre;

[[maybe_unused]] const auto* const kEal =
    ::testing::AddGlobalTestEnvironment(new ringside::fixtures::EalForTests);

/// What the worker had counted whenever its handler was called, and for how many packets.
struct Calls {
  shared::ClientSlot* slot = nullptr;
  std::vector<std::uint64_t> progress;
  std::vector<std::size_t> packets;
};
Calls calls;

void note_call(const Handler&, std::span<dpdk::Packet> packets) {
  calls.progress.push_back(read(calls.slot->counters.progress));
  calls.packets.push_back(packets.size());
}

class CountingOutlet final : public Outlet {
 public:
  void take(std::span<dpdk::Packet> packets) override { bursts.push_back(packets.size()); }
  std::vector<std::size_t> bursts;
};

TEST(WorkerTest, MovesWithinALargeBurstAsOftenAsInSmallOnes) {
  auto ring = dpdk::Ring::create("work", 256, SOCKET_ID_ANY, RingMode::kSpSc);
  ASSERT_TRUE(ring) << ring.error().message;
  std::vector<::rte_mbuf> mbufs(100);
  for (::rte_mbuf& mbuf : mbufs) {
    dpdk::Packet packet = &mbuf;
    ASSERT_EQ(ring->view().enqueue({&packet, 1}), 1u);
  }
  const auto info = std::make_unique<shared::SharedInfo>();
  shared::ClientSlot& slot = info->client[0];
  calls = {};
  calls.slot = &slot;
  const Handler handler(ClientId{0}, {}, *info);
  CountingOutlet outlet;
  Worker worker(ring->view(), /*in_steps=*/false, handler, note_call, outlet, slot, 128,
                IdleMode::kSpin);
  EXPECT_EQ(worker.turn(), 100u);
  EXPECT_THAT(calls.packets, ElementsAre(32, 32, 32, 4));
  // A server that looks while the handler is slow sees it move.
  EXPECT_THAT(calls.progress, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(outlet.bursts, ElementsAre(100)) << "it leaves as a whole";
}

TEST(WorkerTest, MovesWhileTheServerIsToMakeRoom) {
  auto ring = dpdk::Ring::create("full_back", 16, SOCKET_ID_ANY, RingMode::kSpSc);
  ASSERT_TRUE(ring) << ring.error().message;
  std::vector<::rte_mbuf> mbufs(16);
  std::vector<dpdk::Packet> packets;
  for (::rte_mbuf& mbuf : mbufs) packets.push_back(&mbuf);
  ASSERT_EQ(ring->view().enqueue(std::span(packets).first(15)), 15u);
  const auto info = std::make_unique<shared::SharedInfo>();
  const std::atomic<bool> server_gone{false};
  const auto& progress = info->client[0].counters.progress;
  ReturnOutlet outlet(*info, server_gone, ring->view(), info->client[0].counters);
  std::thread worker([&] { outlet.take(std::span(packets).last(1)); });
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (read(progress) < 100 && std::chrono::steady_clock::now() < patience) {
    std::this_thread::yield();
  }
  EXPECT_GE(read(progress), 100u);
  dpdk::Packet first = nullptr;
  EXPECT_EQ(ring->view().dequeue({&first, 1}), 1u);
  worker.join();
}

TEST(BurstFor, IsLargeWhereTheClientCallsADriver) {
  const auto info = std::make_unique<shared::SharedInfo>();
  info->ring_size = 4096;
  EXPECT_EQ(burst_for({}, *info), 32u);
  info->tx_mode = static_cast<std::uint32_t>(shared::TxMode::kDirect);
  EXPECT_EQ(burst_for({}, *info), 128u);
  info->ring_size = 256;
  EXPECT_EQ(burst_for({}, *info), 64u);
  EXPECT_EQ(burst_for(7, *info), 7u);
}

}  // namespace
}  // namespace ringside::client
