// SPDX-License-Identifier: BSD-3-Clause
#include "server/assigner.hpp"

#include <gmock/gmock.h>

#include <random>

#include "dpdk/packet_bytes.hpp"

namespace ringside::server {
namespace {

constexpr unsigned kBurst = 16;
constexpr PortIndex kPort{3};
using Frame = std::vector<std::uint8_t>;

/// Ethernet, IPv4 of 20 bytes with the total length that fits, UDP ports 1 and 2.
Frame ipv4_frame(std::size_t length) {
  Frame frame(length);
  const std::uint8_t head[] = {2, 0, 0, 0,  0,  1, 2, 0,  0, 0, 0, 2,  8, 0, 0x45, 0, 0, 0, 0,
                               0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,    0, 1, 0, 2};
  std::copy(std::begin(head), std::end(head), frame.begin());
  frame[16] = static_cast<std::uint8_t>((length - 14) >> 8);
  frame[17] = static_cast<std::uint8_t>(length - 14);
  return frame;
}

class AssignerTest : public ::testing::TestWithParam<Policy> {
 protected:
  AssignerTest() {
    static int run = 0;
    auto pool = dpdk::Mempool::create("assigner" + std::to_string(run++),
                                      {.mbufs = 511, .data_room = 2176, .cache = 0}, 0);
    if (!pool) throw std::runtime_error(pool.error().message);
    pool_ = std::make_unique<dpdk::Mempool>(*std::move(pool));
    for (DispatchState* state : {&views_, &packets_}) state->set_active(ClientSet::first(5));
  }

  /// Assigned by the policy's function, which is tested without DPDK.
  std::vector<Assignment> by_views(const std::vector<Frame>& frames) {
    std::vector<PacketView> views;
    for (const Frame& frame : frames) {
      // What a first segment holds.
      const std::size_t readable = std::min<std::size_t>(frame.size(), 2176 - 128);
      views.push_back({reinterpret_cast<const std::byte*>(frame.data()),
                       static_cast<std::uint16_t>(readable), kPort,
                       static_cast<std::uint32_t>(frame.size())});
    }
    std::vector<Assignment> assigned(frames.size());
    assign_function(GetParam())(views_, views, assigned);
    return assigned;
  }
  std::vector<Assignment> by_packets(const std::vector<Frame>& frames, bool cold) {
    std::vector<dpdk::Packet> packets;
    for (const Frame& frame : frames) packets.push_back(dpdk::make_packet(pool_->view(), frame));
    std::vector<Assignment> assigned(frames.size());
    assigner_.assign(packets_, packets, kPort, cold, assigned);
    dpdk::free_packets(packets);
    return assigned;
  }

  DispatchState views_, packets_;
  std::unique_ptr<dpdk::Mempool> pool_;
  Assigner assigner_{GetParam(), nullptr, kBurst};
};

TEST_P(AssignerTest, AssignsPacketsAsThePolicyAssignsViewsOfThem) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Frame> frames;
    for (unsigned i = 0; i < kBurst; ++i) {
      Frame frame = ipv4_frame(random() % 16 == 0 ? 3000 : 60);
      frame[26 + random() % 12] = static_cast<std::uint8_t>(random());  // another flow
      if (random() % 2 == 0) frame[random() % 40] = static_cast<std::uint8_t>(random());
      if (random() % 8 == 0) frame.resize(random() % 60);
      frames.push_back(std::move(frame));
    }
    EXPECT_EQ(by_packets(frames, round % 2 == 0), by_views(frames));
  }
  EXPECT_EQ(packets_.parse.truncated, views_.parse.truncated);
  EXPECT_EQ(packets_.parse.malformed, views_.parse.malformed);
  if (reads_packets(GetParam())) {
    EXPECT_GT(views_.parse.truncated, 0u);
    EXPECT_GT(views_.parse.malformed, 0u);
  }
}

TEST_P(AssignerTest, OneOddPacketAmongPlainOnesIsAssignedAsIfItWereAlone) {
  std::mt19937 random(2);
  for (const unsigned clients : {1u, 2u, 5u}) {
    for (DispatchState* state : {&views_, &packets_}) state->set_active(ClientSet::first(clients));
    for (unsigned odd = 0; odd < 11; ++odd) {  // a whole group, and three
      for (unsigned bit = 12 * 8; bit < 60 * 8; ++bit) {
        std::vector<Frame> frames(11, ipv4_frame(60));
        for (Frame& frame : frames) frame[26 + random() % 12] = static_cast<std::uint8_t>(random());
        frames[odd][bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        if (bit >= 40 * 8) frames[odd].resize(bit / 8 - 20);  // shorter than it says, or than a key
        ASSERT_EQ(by_packets(frames, false), by_views(frames)) << odd << ", bit " << bit;
      }
    }
  }
  EXPECT_EQ(packets_.parse.truncated, views_.parse.truncated);
  EXPECT_EQ(packets_.parse.malformed, views_.parse.malformed);
}

INSTANTIATE_TEST_SUITE_P(Policies, AssignerTest,
                         ::testing::ValuesIn(all_policies().begin(), all_policies().end()),
                         [](const auto& info) {
                           std::string name(to_text(info.param));
                           std::erase(name, '-');
                           return name;
                         });

TEST(Assigner, CallsTheFunctionThatIsGivenInsteadOfThePolicy) {
  const AssignFn all_to_seven = [](DispatchState&, std::span<const PacketView> packets,
                                   std::span<Assignment> assigned) {
    for (std::size_t i = 0; i < packets.size(); ++i) {
      assigned[i] = {ClientId{7}, packets[i].port, packets[i].length};
    }
  };
  auto pool = dpdk::Mempool::create("instead", {.mbufs = 63, .data_room = 2176, .cache = 0}, 0);
  ASSERT_TRUE(pool) << pool.error().message;
  const dpdk::Packet packet = dpdk::make_packet(pool->view(), ipv4_frame(60));
  DispatchState state;
  Assignment assigned;
  Assigner(Policy::kFlowHash, all_to_seven, kBurst)
      .assign(state, {&packet, 1}, kPort, /*cold=*/true, {&assigned, 1});
  EXPECT_EQ(assigned, (Assignment{ClientId{7}, kPort, 60}));
  dpdk::Packet each = packet;
  dpdk::free_packets({&each, 1});
}

}  // namespace
}  // namespace ringside::server
