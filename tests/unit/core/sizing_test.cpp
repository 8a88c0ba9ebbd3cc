// SPDX-License-Identifier: BSD-3-Clause
#include "core/sizing.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>

namespace ringside {
namespace {

TEST(Sizing, CountsEveryPlaceWhereAnMbufCanBe) {
  // Two clients that hold 4095 each; one lcore with 128 received, 128 taken back, 128 staged for
  // each of 2 clients and 2 ports; 2 ports x (1024 + 1024) descriptors; a cache of 768.
  const PoolSize pool = server_pool({.clients = 2, .ring_size = 4096, .ports = 2});
  EXPECT_EQ(pool.mbufs, 2u * 4095 + 4096 + 128 * (2 + 2 + 2) + 2 * 2048 + 768);
  EXPECT_EQ(pool.data_room, 2048u + 128);
  EXPECT_EQ(pool.segments, 1u);
}

TEST(Sizing, CountsCachesAndBurstsOfEveryLcore) {
  const PoolSize one = server_pool({.clients = 2});
  const PoolSize two = server_pool({.clients = 2, .server_lcores = 2});
  EXPECT_EQ(two.mbufs - one.mbufs, 128u * (2 + 2 + 2) + 768);
}

TEST(Sizing, InDirectModeClientsHoldMbufsAndGiveThemBackByLanesWithoutCaches) {
  const PoolSize back = server_pool({.clients = 3});
  const PoolSize direct = server_pool({.clients = 3, .direct = true});
  EXPECT_EQ(direct.mbufs + 768 - back.mbufs, 3u * 128 * (1 + 2));
  EXPECT_EQ(direct.cache, 0u);
  EXPECT_EQ(direct.lanes, 2u + 3);
  EXPECT_EQ(back.lanes, 0u);
  PoolSize plain = direct;
  plain.lanes = 0;
  EXPECT_EQ(pool_bytes(direct, kPage2M) - pool_bytes(plain, kPage2M),
            4 * ring_bytes(std::bit_ceil(direct.mbufs + 1)));
}

TEST(Sizing, WhereAWireGivesBackToItDoesSoByALaneInEveryMode) {
  const SizingInput wires{.clients = 3, .wire_ports = 1};
  for (const PoolSize& pool : {server_pool(wires), wire_pool(wires)}) {
    EXPECT_EQ(pool.lanes, 2u);
    EXPECT_EQ(pool.cache, 0u);
  }
  const SizingInput direct{.clients = 3, .direct = true, .wire_ports = 1};
  EXPECT_EQ(server_pool(direct).lanes, 2u + 3);
  EXPECT_EQ(wire_pool(direct).lanes, 2u + 3);
}

TEST(Sizing, CountsEveryQueue) {
  const PoolSize one = server_pool({});
  // Each receiver has its own flows that move.
  EXPECT_EQ(server_pool({.rx_queues = 2}).mbufs - one.mbufs, 2u * 1024 + 4096);
  EXPECT_EQ(server_pool({.tx_queues = 16}).mbufs - one.mbufs, 2u * 15 * 1024);
  EXPECT_EQ(server_pool({.preloaded = 77}).mbufs - one.mbufs, 77u);
}

TEST(Sizing, WirePortsHaveNoDescriptorsButRings) {
  const SizingInput wires{.clients = 1, .ports = 2, .wire_ports = 2, .wire_ring_size = 1024};
  EXPECT_EQ(server_pool(wires).mbufs, 4095u + 4096 + 128 * (2 + 1 + 2));
  EXPECT_EQ(wire_pool(wires).mbufs,
            4095u + 4096 + 128 * (2 + 1 + 2) + 2 * (1 + 1) * 1024 + 2 * 2 * 128);
}

TEST(Sizing, RoomFollowsTheLongestFrame) {
  EXPECT_EQ(server_pool({.max_frame = 64}).data_room, 2048u + 128);
  EXPECT_EQ(server_pool({.max_frame = 2049}).data_room, 2112u + 128);
  EXPECT_EQ(server_pool({.max_frame = 9000}).data_room, 9024u + 128);
  EXPECT_EQ(server_pool({.max_frame = 9216}).data_room, 9216u + 128);
}

TEST(Sizing, FramesThatNoMbufHoldsAreChained) {
  const SizingInput plain{.max_frame = 9216};
  const SizingInput chained{.max_frame = 9217};
  EXPECT_EQ(server_pool(chained).segments, 2u);
  EXPECT_EQ(server_pool(chained).data_room, 9216u + 128);
  EXPECT_GT(server_pool(chained).mbufs, server_pool(plain).mbufs + 4095);
  EXPECT_EQ(server_pool({.max_frame = 65535}).segments, 8u);
}

RC_GTEST_PROP(Sizing, DataRoomAlwaysFitsDpdksSixteenBits, ()) {
  const auto frame = *rc::gen::inRange(0u, 200'000u);
  const PoolSize pool = server_pool({.max_frame = frame});
  RC_ASSERT(pool.data_room <= 65535u);
  RC_ASSERT((pool.data_room - kHeadroom) * pool.segments >= frame);
}

TEST(Sizing, MbufsArePackedWithoutHugepages) {
  const PoolSize pool{.mbufs = 8191, .data_room = 2176, .cache = 0};
  EXPECT_EQ(pool_bytes(pool, kPage4k) - ring_bytes(8192), 8191 * 2368 + (4 << 10));
}

TEST(Sizing, AnMbufTakesAnOddNumberOfCacheLines) {
  const PoolSize pool{.mbufs = 100, .data_room = 2240, .cache = 0};  // 38 lines
  EXPECT_EQ(pool_bytes(pool, kPage4k) - ring_bytes(128), 100 * 39 * 64 + (4 << 10));
}

TEST(Sizing, MbufsShareHugepages) {
  // 2368 bytes each, 885 to a page of 2 MiB.
  const PoolSize pool{.mbufs = 885, .data_room = 2176, .cache = 0};
  EXPECT_EQ(pool_bytes(pool, kPage2M) - ring_bytes(1024), kPage2M + (4 << 10));
}

TEST(Sizing, ARingTakesWhatWasMeasured) {
  EXPECT_EQ(ring_bytes(4096), 33'472u);
  EXPECT_EQ(ring_bytes(64), 1'216u);
}

TEST(Sizing, MemoryCoversItsPartsAndGrowsWithThem) {
  const SizingInput two{.clients = 2};
  const std::uint64_t pool = pool_bytes(server_pool(two), kPage4k);
  const unsigned need = memory_megabytes(two, kPage4k);
  EXPECT_GT(std::uint64_t{need} << 20, pool + (8 << 20));
  EXPECT_LT(std::uint64_t{need} << 20, pool * 5 / 4 + (32 << 20));
  EXPECT_GT(memory_megabytes({.clients = 16}, kPage4k), 16u * 4095 * 2368 >> 20);
  EXPECT_GT(memory_megabytes({.clients = 2, .wire_ports = 2}, kPage4k), need);
  EXPECT_LE(need, memory_megabytes(two, kPage2M));
}

}  // namespace
}  // namespace ringside
