// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/checks/simulated_run.hpp"

namespace ringside::harness {
namespace {

using namespace fixtures;
using ::testing::AllOf;
using ::testing::HasSubstr;

SimulatedRun round_robin_run(unsigned packets) {
  SimulatedRun run("round-robin", 3);
  for (unsigned i = 0; i < packets; ++i) run.send(0, udp_frame(i % 7, i));
  run.forward();
  return run;
}

TEST(Balance, RoundRobinMayDifferByOne) {
  for (const unsigned packets : {1u, 2u, 3u, 100u, 101u}) {
    EXPECT_EQ(judge("balance", round_robin_run(packets).observe()).outcome, Outcome::kPass)
        << packets;
  }
}

TEST(Balance, RoundRobinThatDiffersByTwoFails) {
  SimulatedRun run = round_robin_run(100);  // 34, 33, 33
  run.out[1][1].client = 0;                 // 35, 32, 33
  const CheckResult result = judge("balance", run.observe());
  EXPECT_EQ(result.outcome, Outcome::kFail);
  EXPECT_THAT(
      reasons(result),
      HasSubstr("client 0 was given 35 packets and client 1 32; round robin may differ by 1"));
  Expectations wide;
  wide.round_robin_spread = 3;
  EXPECT_EQ(judge("balance", run.observe(), wide).outcome, Outcome::kPass);
}

TEST(Balance, RoundRobinRestartedEachBurstFails) {
  SimulatedRun run = round_robin_run(320);
  for (std::size_t i = 0; i < run.out[1].size(); ++i) run.out[1][i].client = i % 32 % 3;
  EXPECT_EQ(failing(run.observe()), std::set<std::string>{"balance"});
}

TEST(Balance, CountedDropsBelongToTheClientThatShouldHaveHadThem) {
  SimulatedRun run = round_robin_run(30);
  for (int i = 0; i < 5; ++i)
    run.drop(1 + 2 * static_cast<std::size_t>(i), "work_ring", "ring_full", 1);
  EXPECT_EQ(judge("balance", run.observe()).outcome, Outcome::kPass);
  run.drops.clear();
  EXPECT_EQ(judge("balance", run.observe()).outcome, Outcome::kFail);
}

/// Client `client` drops the last `packets` of its packets.
void drop_of(SimulatedRun& run, unsigned client, unsigned packets) {
  for (std::size_t i = run.out[1].size(); i-- > 0 && packets > 0;) {
    if (run.out[1][i].client != client) continue;
    run.drop(i, "work_ring", "ring_full", client);
    --packets;
  }
}

TEST(Balance, FlowsOfWhichAClientDroppedEverythingAreNotHeldAgainstTheHash) {
  SimulatedRun run("flow-hash", 3);
  run.send_flows(600, 1);
  run.forward();
  drop_of(run, 2, 150);
  const CheckResult result = judge("balance", run.observe());
  EXPECT_EQ(result.outcome, Outcome::kSkip);
  EXPECT_THAT(reasons(result),
              HasSubstr("clients dropped 150 packets, and nothing came out of 150 flows"));
}

TEST(Balance, WithDropsFlowsAreJudgedWhenAllCameOut) {
  SimulatedRun run("flow-hash", 3);
  run.send_flows(600, 2);
  run.forward();
  for (Output& output : run.out[1]) output.client = output.client == 2 ? 1 : output.client;
  drop_of(run, 1, 100);  // of the second packets
  EXPECT_EQ(judge("balance", run.observe()).outcome, Outcome::kFail);
}

TEST(Balance, PacketsThatBearNoMarkFailRoundRobin) {
  SimulatedRun run = round_robin_run(30);
  run.out[1][4].bears_mark = false;
  EXPECT_THAT(reasons(judge("balance", run.observe())),
              HasSubstr("1 packet without a client's mark"));
}

TEST(Balance, ExactNumbersAreComparedExactly) {
  const Observation observation = round_robin_run(100).observe();
  Expectations expectations;
  expectations.packets_per_client = {34, 33, 33};
  EXPECT_EQ(judge("balance", observation, expectations).outcome, Outcome::kPass);
  expectations.packets_per_client = {33, 34, 33};
  EXPECT_THAT(reasons(judge("balance", observation, expectations)),
              AllOf(HasSubstr("client 0 was given 34 packets, expected 33"),
                    HasSubstr("client 1 was given 33 packets, expected 34")));
}

TEST(Balance, AHashThatSendsAllFlowsToOneClientFails) {
  SimulatedRun run("flow-hash", 2);
  run.send_flows(100, 2);
  run.forward();
  EXPECT_EQ(judge("balance", run.observe()).outcome, Outcome::kPass);
  for (Output& output : run.out[1]) output.client = 0;
  const CheckResult result = judge("balance", run.observe());
  EXPECT_EQ(result.outcome, Outcome::kFail);
  EXPECT_THAT(reasons(result),
              HasSubstr("100 flows are spread unfairly (client 0: 100, client 1: 0)"));
}

TEST(Balance, FlowsCountAndNotTheirPackets) {
  SimulatedRun run("flow-hash", 2);
  run.send_flows(100, 1);
  for (unsigned i = 1; i < 1000; ++i) run.send(0, udp_frame(0, i));  // one heavy flow
  run.forward();
  EXPECT_EQ(judge("balance", run.observe()).outcome, Outcome::kPass);
}

TEST(Balance, AFairHashOverManyFlowsAndClientsPasses) {
  SimulatedRun run("flow-hash", 16);
  run.send_flows(20'000, 1);
  run.forward();
  const CheckResult result = judge("balance", run.observe());
  EXPECT_EQ(result.outcome, Outcome::kPass) << reasons(result);
}

TEST(Balance, SkipsWithTheReasonWhereThereIsNothingToShare) {
  SimulatedRun few("flow-hash", 8);
  few.send_flows(20, 1);
  few.forward();
  EXPECT_THAT(reasons(judge("balance", few.observe())),
              HasSubstr("20 flows over 8 clients are too few"));
  SimulatedRun one("flow-hash", 1);
  one.send_flows(20, 1);
  one.forward();
  EXPECT_EQ(judge("balance", one.observe()).outcome, Outcome::kSkip);
  SimulatedRun port("port", 2);
  port.send_flows(20, 1);
  port.forward();
  EXPECT_EQ(judge("balance", port.observe()).outcome, Outcome::kSkip);
}

}  // namespace
}  // namespace ringside::harness
