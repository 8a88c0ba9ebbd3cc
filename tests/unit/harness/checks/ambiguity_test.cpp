// SPDX-License-Identifier: BSD-3-Clause
// Frames that cannot be told apart: nothing false is said of them, and nothing of them is hidden.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/checks/simulated_run.hpp"

namespace ringside::harness {
namespace {

using namespace fixtures;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Two non-IP flows (by source MAC) that only the MAC tells apart, among unmistakable ones.
SimulatedRun two_flows_of_one_content() {
  SimulatedRun run("flow-hash", 4);
  for (unsigned i = 0; i < 10; ++i) {
    for (unsigned mac = 0; mac < 8; ++mac) run.send(0, raw_frame(mac, i));
    run.send(0, udp_frame(0, i));
  }
  run.forward();
  return run;
}

TEST(Ambiguity, FramesOfSeveralFlowsWithOneContentAreLeftOutAndCounted) {
  const Observation observation = two_flows_of_one_content().observe();
  EXPECT_THAT(failing(observation), IsEmpty());
  EXPECT_EQ(judge("affinity", observation).left_out, 80u);
  EXPECT_EQ(judge("order", observation).left_out, 80u);
  EXPECT_THAT(judge("affinity", observation).summary, HasSubstr("10 packets of 1 flows"));
}

TEST(Ambiguity, WithoutMarksTheSameFramesAreTold) {
  SimulatedRun run = two_flows_of_one_content();
  run.marked = false;
  const CheckResult order = judge("order", run.observe());
  EXPECT_EQ(order.left_out, 0u);
  EXPECT_THAT(order.summary, HasSubstr("90 packets"));
}

TEST(Ambiguity, IpFramesThatDifferInTheSourceMacOnlyAreOfOneFlowAndNotLeftOut) {
  SimulatedRun run("flow-hash", 4);
  for (unsigned mac = 0; mac < 8; ++mac) {
    Bytes frame = udp_frame(0, 0);
    frame[11] = static_cast<std::byte>(mac);
    run.send(0, frame);
  }
  run.forward();
  EXPECT_EQ(judge("affinity", run.observe()).left_out, 0u);
  run.out[1][3].client ^= 1;
  EXPECT_EQ(failing(run.observe()), std::set<std::string>{"affinity"});
}

TEST(Ambiguity, CopiesOfALeftOutFrameAreStillCountedByIntegrity) {
  SimulatedRun run = two_flows_of_one_content();
  run.out[1].push_back(run.out[1][0]);
  EXPECT_EQ(judge("integrity", run.observe()).outcome, Outcome::kFail);
  run = two_flows_of_one_content();
  run.take(0);
  EXPECT_EQ(failing(run.observe()), std::set<std::string>{"conservation"});
}

TEST(Ambiguity, FramesTooShortForAMarkAreLeftOutOfAffinity) {
  SimulatedRun run("flow-hash", 2);
  for (unsigned i = 0; i < 14; ++i) run.send(0, Bytes(i, std::byte{7}));
  run.send(0, udp_frame(1, 1));
  run.forward();
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), IsEmpty());
  EXPECT_EQ(judge("affinity", observation).left_out, 14u);
}

TEST(Ambiguity, IdenticalFramesOfAFlowMayComeOutInAnyOrderAmongThemselves) {
  SimulatedRun run("flow-hash", 2);
  for (const unsigned number : {0u, 1u, 0u, 2u, 0u}) run.send(0, udp_frame(0, number));
  run.forward();
  EXPECT_THAT(failing(run.observe()), IsEmpty());
  std::swap(run.out[1][0], run.out[1][2]);
  EXPECT_THAT(failing(run.observe()), IsEmpty());
  std::swap(run.out[1][1], run.out[1][3]);  // 0 2 0 1 0
  EXPECT_EQ(failing(run.observe()), std::set<std::string>{"order"});
}

TEST(Ambiguity, OneCopyOfAnIdenticalFrameExplainsOnePacketOnly) {
  SimulatedRun run("flow-hash", 2);
  for (const unsigned number : {0u, 1u, 0u}) run.send(0, udp_frame(0, number));
  run.forward();
  std::swap(run.out[1][1], run.out[1][2]);  // 0 0 1 is no subsequence of 0 1 0
  EXPECT_EQ(failing(run.observe()), std::set<std::string>{"order"});
}

TEST(Ambiguity, ARoundRobinClientThatReordersIsFoundByItsMarks) {
  SimulatedRun run("round-robin", 2);
  for (unsigned i = 0; i < 20; ++i) run.send(0, udp_frame(0, i));
  run.forward();
  std::swap(run.out[1][4], run.out[1][5]);  // of two clients
  EXPECT_THAT(failing(run.observe()), IsEmpty());
  std::swap(run.out[1][8], run.out[1][10]);  // of one
  EXPECT_EQ(failing(run.observe()), std::set<std::string>{"order"});
  EXPECT_THAT(reasons(judge("order", run.observe())), HasSubstr("the same client forwarded both"));
}

}  // namespace
}  // namespace ringside::harness
