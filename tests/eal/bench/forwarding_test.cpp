// SPDX-License-Identifier: BSD-3-Clause
#include "bench/path/forwarding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/path/ports.hpp"
#include "bench/path/slowdown.hpp"
#include "eal_for_tests.hpp"

namespace ringside::bench {
namespace {

using ::testing::HasSubstr;

[[maybe_unused]] ::testing::Environment* const kEal =
    ::testing::AddGlobalTestEnvironment(new fixtures::EalForTests);

class ForwardingTest : public ::testing::Test {
 protected:
  ForwardingTest() {
    static int run = 0;
    name_ = "f" + std::to_string(run++);
    auto pool = dpdk::Mempool::create(
        "pool_" + name_, {.mbufs = 4095, .data_room = 2176, .cache = 0}, SOCKET_ID_ANY);
    EXPECT_TRUE(pool) << pool.error().message;
    pool_ = std::make_unique<dpdk::Mempool>(*std::move(pool));
  }

  /// Frames go round through a server with these steps.
  void make(Policy policy, std::optional<unsigned> clients_cpu = std::nullopt,
            const server::Seams& seams = server::product_seams()) {
    forwarding_.reset();
    auto ports = circulate(name_, frames_, pool_->view());
    ASSERT_TRUE(ports) << ports.error().message;
    ports_ = *std::move(ports);
    auto made = Forwarding::make({name_, policy, ports_.ids, clients_cpu}, seams, pool_->view());
    ASSERT_TRUE(made) << made.error().message;
    forwarding_ = *std::move(made);
  }

  std::string name_;
  const FrameSet frames_ = made_up_frames();
  std::unique_ptr<dpdk::Mempool> pool_;
  CirculatingPorts ports_;
  std::unique_ptr<Forwarding> forwarding_;
};

TEST_F(ForwardingTest, FramesGoRoundAsOftenAsIsAskedFor) {
  for (const Policy policy : {Policy::kRoundRobin, Policy::kFlowHash, Policy::kPort}) {
    make(policy);
    const auto before = pool_->view().in_use();
    for (const std::uint64_t packets : {1ul, 1024ul, 10000ul}) {
      const auto time = forwarding_->deliver(packets);
      ASSERT_TRUE(time) << time.error().message;
      EXPECT_GT(*time, 0u);
    }
    EXPECT_EQ(pool_->view().in_use(), before) << "the same packets";
    name_ += "x";
  }
}

TEST_F(ForwardingTest, ClientsMayRunOnAThreadOfTheirOwn) {
  make(Policy::kRoundRobin, 0);
  for (int i = 0; i < 3; ++i) {
    const auto time = forwarding_->deliver(2000);
    ASSERT_TRUE(time) << time.error().message;
  }
}

TEST_F(ForwardingTest, DeliveringNothingIsAnError) {
  server::Seams seams = server::product_seams();
  seams.transmit = [](std::uint16_t, std::uint16_t, std::span<dpdk::Packet>) { return 0u; };
  make(Policy::kPort, std::nullopt, seams);
  const auto time = forwarding_->deliver(100);
  ASSERT_FALSE(time);
  EXPECT_EQ(time.error().message, "no packet was delivered for a second");
}

TEST_F(ForwardingTest, AFrameThatFitsInNoBufferIsRefused) {
  FrameSet frames = made_up_frames();
  std::vector<std::byte> jumbo(9000);
  frames.views[3].data = jumbo.data();
  frames.views[3].length = 9000;
  const auto ports = circulate(name_, frames, pool_->view());
  ASSERT_FALSE(ports);
  EXPECT_EQ(ports.error().message, "a frame of 9000 bytes is too large for a buffer");
}

TEST_F(ForwardingTest, WithoutASlowdownTheStepsAreTheProducts) {
  const server::Seams seams = slowed(server::product_seams());
  EXPECT_EQ(seams.hand_over, server::product_seams().hand_over);
}

}  // namespace
}  // namespace ringside::bench
