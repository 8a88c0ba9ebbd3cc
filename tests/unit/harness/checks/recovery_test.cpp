// SPDX-License-Identifier: BSD-3-Clause
// What must hold of deaths, and what is measured of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>

#include "tests/unit/harness/checks/churned_run.hpp"

namespace ringside::harness {
namespace {

using namespace fixtures;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Client 1 of three is killed under load, noticed after 2 ms, and comes back.
ChurnedRun one_death() {
  ChurnedRun run(3);
  run.traffic(200);
  run.kill(1, 30, /*noticed_ms=*/2);
  run.traffic(200);
  run.rejoin(1);
  run.traffic(200);
  return run;
}

std::map<std::string, double> figures(const CheckResult& result) {
  std::map<std::string, double> figures;
  for (const Figure& figure : result.figures) figures[figure.name] = figure.value;
  return figures;
}

std::map<std::string, double> figures(const FigureRow& row) {
  std::map<std::string, double> figures;
  for (const Figure& figure : row.figures) figures[figure.name] = figure.value;
  return figures;
}

TEST(Recovery, ADeathThatIsNoticedAndRecoveredPassesAllChecks) {
  const Observation observation = one_death().observe();
  EXPECT_THAT(failing(observation), IsEmpty());
  EXPECT_EQ(judge("recovery", observation).outcome, Outcome::kPass);
  EXPECT_EQ(judge("affinity", observation).outcome, Outcome::kPass);
}

TEST(Recovery, IsSkippedWhenNobodyWasKilled) {
  ChurnedRun run(3);
  run.traffic(100);
  EXPECT_EQ(judge("recovery", run.observe()).outcome, Outcome::kSkip);
}

TEST(Recovery, TellsWhatADeathCost) {
  const CheckResult result = judge("recovery", one_death().observe());
  auto all = figures(result);
  EXPECT_EQ(all["deaths"], 1);
  EXPECT_EQ(all["redispatched"], 30);
  EXPECT_DOUBLE_EQ(all["detect_ms_median"], 2);
  EXPECT_NEAR(all["blocked_ms_max"], 30, 0.2) << "a packet each millisecond";
  ASSERT_EQ(result.rows.size(), 2u);
  EXPECT_EQ(result.rows[0].what, "client 1 (pid 101) died");
  EXPECT_EQ(result.rows[1].what, "client 1 (pid 201) came back");
  auto row = figures(result.rows[0]);
  EXPECT_EQ(row["flows"], 50);
  EXPECT_GT(row["least"], 5);
  EXPECT_EQ(row["moved"], row["least"]) << "its own flows and no others";
  EXPECT_THAT(result.summary,
              AllOf(HasSubstr("1 death, noticed after 2.0 ms"),
                    HasSubstr("30 packets re-dispatched"), HasSubstr("of 50 flows moved")));
}

TEST(Recovery, MeasuresWhenTheFlowsOfTheDeadFlowAgain) {
  ChurnedRun run(2);
  run.traffic(100);
  unsigned first = 0;  // of the flows, which take turns, that belong to client 1
  while (run.owner(first) != 1) ++first;
  run.kill(1, 0, /*noticed_ms=*/3);
  run.pass(40);
  run.traffic(100);
  const auto row = figures(judge("recovery", run.observe()).rows.at(0));
  EXPECT_DOUBLE_EQ(row.at("flow_again_ms"), 3 + 40 + first);
}

TEST(Recovery, MeasuresForHowLongNothingCameOfAClientThatLivesOn) {
  ChurnedRun run(2);
  run.traffic(100);
  run.kill(1, 0, /*noticed_ms=*/3);
  run.traffic(50);
  run.pass(40);
  run.traffic(50);
  run.rejoin(1);
  run.traffic(100);
  run.kill(0, 0);
  run.traffic(100);
  run.pass(80);  // what comes after that is late, but nobody's pause: there is no next death
  const auto rows = judge("recovery", run.observe()).rows;
  EXPECT_NEAR(figures(rows.at(0)).at("pause_ms"), 40, 3);
  EXPECT_LT(figures(rows.at(1)).at("pause_ms"), 10);
}

TEST(Recovery, MeasuresFromARejoinToItsFirstPacket) {
  ChurnedRun run = one_death();
  const double soon = figures(judge("recovery", run.observe())).at("first_packet_ms_max");
  EXPECT_LT(soon, 10);
  ChurnedRun late(3);
  late.traffic(200);
  late.kill(1, 0);
  late.rejoin(1);
  late.pass(60);
  late.traffic(200);
  EXPECT_NEAR(figures(judge("recovery", late.observe())).at("first_packet_ms_max"), 60, 10);
  Expectations strict;
  strict.recovery.first_packet_ms = 30;
  EXPECT_THAT(reasons(judge("recovery", late.observe(), strict)),
              HasSubstr("client 1 (pid 201): first packet after ms"));
}

TEST(Recovery, WhatTheDeadHadReturnedDoesNotCountAsFlowingAgain) {
  ChurnedRun run(2);
  run.traffic(200);
  run.kill(1, 0);
  // The last packets come out only now.
  for (std::size_t i = 150; i < 200; ++i) run.times[i] = run.now() + i;
  const CheckResult result = judge("recovery", run.observe());
  EXPECT_EQ(figures(result.rows.at(0)).count("flow_again_ms"), 0u);
}

TEST(Recovery, AKillThatTheServerDoesNotNoticeFails) {
  ChurnedRun run = one_death();
  std::erase_if(run.events, [](const ServerEvent& e) { return e.kind == "dead"; });
  const CheckResult result = judge("recovery", run.observe());
  EXPECT_EQ(result.outcome, Outcome::kFail);
  EXPECT_THAT(reasons(result),
              HasSubstr("client 1 (pid 101) was killed, but the server has not seen it die"));
}

TEST(Recovery, AKillOfAProcessThatHadNotJoinedIsNobodysDeath) {
  ChurnedRun run = one_death();
  run.strikes.push_back({2, 999, SIGKILL, run.now()});
  EXPECT_EQ(judge("recovery", run.observe()).outcome, Outcome::kPass);
}

TEST(Recovery, ADeathWithoutRecoveryFails) {
  ChurnedRun run = one_death();
  std::erase_if(run.events, [](const ServerEvent& e) { return e.kind == "recovered"; });
  EXPECT_THAT(reasons(judge("recovery", run.observe())),
              AllOf(HasSubstr("client 1 (pid 101) died, but the server never said"),
                    HasSubstr("the events tell of 0 recovered packets, the counter of 30")));
}

TEST(Recovery, EventsThatCountOtherwiseThanTheCounterFail) {
  ChurnedRun run = one_death();
  for (ServerEvent& event : run.events) event.packets *= 2;
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("recovery"));
  EXPECT_THAT(reasons(judge("recovery", observation)),
              HasSubstr("client 1: the events tell of 60 recovered packets, the counter of 30"));
}

TEST(Recovery, BoundsAreTheScenarios) {
  const Observation observation = one_death().observe();
  Expectations generous;
  generous.recovery = {1000, 1000, 1000, 1000, 1000, 0.02, 1000, 1000};
  EXPECT_EQ(judge("recovery", observation, generous).outcome, Outcome::kPass);
  Expectations strict;
  strict.recovery.detect_ms = 1.5;
  EXPECT_THAT(reasons(judge("recovery", observation, strict)), HasSubstr("noticed after ms 2.000"));
  strict.recovery = {};
  strict.recovery.flow_again_ms = 0.5;
  EXPECT_THAT(reasons(judge("recovery", observation, strict)), HasSubstr("flow again after ms"));
  strict.recovery = {};
  strict.recovery.detect_median_ms = 1.5;
  EXPECT_THAT(reasons(judge("recovery", observation, strict)),
              HasSubstr("all deaths: noticed, in the median, after ms 2.000"));
  strict.recovery = {};
  strict.recovery.pause_ms = 0.5;
  EXPECT_THAT(reasons(judge("recovery", observation, strict)), HasSubstr("paused for ms"));
}

TEST(Recovery, FlowsThatMoveThoughTheyWereNotTheDeadClientsAreCounted) {
  ChurnedRun run(3);
  run.traffic(200);
  run.kill(1, 0);
  run.traffic(200);
  for (std::size_t i = 200; i < run.run.out[1].size(); ++i) {
    unsigned& client = run.run.out[1][i].client;
    client = 2 - client;  // as if all buckets had been dealt out anew
  }
  Expectations expectations;
  expectations.recovery.moved_excess = 0.02;
  const Observation observation = run.observe();
  const CheckResult result = judge("recovery", observation, expectations);
  EXPECT_THAT(reasons(result), HasSubstr("share of flows moved beyond the dead clients' own"));
  const auto row = figures(result.rows.at(0));
  EXPECT_GT(row.at("moved"), row.at("least"));
  EXPECT_EQ(judge("affinity", observation).outcome, Outcome::kFail);
}

TEST(Recovery, ASuspectThatDiesMovesNoFlowsAnyMore) {
  ChurnedRun run(3);
  run.traffic(200);
  run.event("leave", 0);
  run.traffic(200);
  run.rejoin(0);
  run.traffic(10);  // most flows were last seen with others than their owners
  run.strike(1, SIGSTOP);
  run.event("suspect", 1);
  run.traffic(200);
  run.kill(1, 20);
  run.traffic(200);
  Expectations expectations;
  expectations.recovery.moved_excess = 0.02;
  const CheckResult result = judge("recovery", run.observe(), expectations);
  EXPECT_EQ(result.outcome, Outcome::kPass) << reasons(result);
  const auto row = figures(result.rows.at(0));
  EXPECT_EQ(row.at("flows"), 50);
  EXPECT_EQ(row.at("moved"), 0);
  EXPECT_LT(row.at("pause_ms"), 10) << "the two that are left go on";
}

TEST(Recovery, AClientThatLeftOrWasStoppedDoesNotPause) {
  ChurnedRun run(3);
  run.traffic(100);
  run.kill(2, 0);
  run.traffic(100);
  run.event("leave", 0);
  run.traffic(50);
  run.strike(1, SIGSTOP);
  run.pass(300);
  run.event("suspect", 1);
  run.pass(300);
  run.event("resume", 1);
  run.rejoin(0);
  run.traffic(100);
  run.kill(1, 0);
  const auto rows = judge("recovery", run.observe()).rows;
  EXPECT_LT(figures(rows.at(0)).at("pause_ms"), 10);
}

TEST(Recovery, WhatIsLostBlocksAsWhatIsDelayedDoes) {
  ChurnedRun run(3);
  run.traffic(400);
  run.pass(5000);  // does not count: the rate is that before the death
  run.traffic(300);
  run.kill(1, 30);
  run.events.back().lost = 10;
  run.traffic(200);
  const auto row = figures(judge("recovery", run.observe()).rows.at(0));
  EXPECT_NEAR(row.at("blocked_ms"), 40, 0.5);
  EXPECT_EQ(row.at("lost"), 10);
}

TEST(Recovery, WithoutFlowsThatHaveOwnersTheTrafficIsMeasuredAllTheSame) {
  Observation observation = one_death().observe();
  observation.policy = "round-robin";
  const auto row = figures(judge("recovery", observation).rows.at(0));
  EXPECT_EQ(row.count("flow_again_ms"), 1u);
  EXPECT_EQ(row.count("blocked_ms"), 1u);
  EXPECT_EQ(row.count("pause_ms"), 1u);
  EXPECT_EQ(row.count("moved"), 0u);
}

TEST(Recovery, SaysWhyItDoesNotKnowWhatADeathDidToTheTraffic) {
  Observation observation = one_death().observe();
  observation.marked = false;
  EXPECT_THAT(judge("recovery", observation).summary,
              HasSubstr("not known: the clients did not mark what they forwarded"));
}

TEST(Recovery, AHangThatIsSuspectedIsMeasured) {
  ChurnedRun run(2);
  run.traffic(100);
  run.strike(1, SIGSTOP);
  run.pass(250);
  run.event("suspect", 1);
  run.traffic(50);
  run.event("resume", 1);
  run.traffic(50);
  const CheckResult result = judge("recovery", run.observe());
  EXPECT_EQ(result.outcome, Outcome::kPass);
  EXPECT_DOUBLE_EQ(figures(result).at("suspect_ms_median"), 250);
}

TEST(Recovery, ClientsThatDoNotJoinTheNextServerFail) {
  ChurnedRun run(2);
  run.traffic(100);
  Observation observation = run.observe();
  observation.restart = Restart{0, 500'000, {{0, 100}, {1, 101}}};
  const CheckResult all_back = judge("recovery", observation);
  EXPECT_EQ(all_back.outcome, Outcome::kPass);
  EXPECT_DOUBLE_EQ(figures(all_back).at("restart_rejoin_ms_max"), 1);
  Expectations strict;
  strict.recovery.restart_ms = 0.1;
  EXPECT_EQ(judge("recovery", observation, strict).outcome, Outcome::kFail);
  observation.restart->clients.push_back({1, 777});
  EXPECT_THAT(reasons(judge("recovery", observation)),
              HasSubstr("client 1 (pid 777) was there before the server was started again"));
}

/// The server is killed under load; two clients leave it, 4 and 12 ms later.
Observation a_dead_server() {
  ChurnedRun run(2);
  run.traffic(100);
  Observation observation = run.observe();
  observation.server.reset();
  observation.server_stats_error = "no such file";
  const std::uint64_t killed = run.now();
  observation.server_death = ServerDeath{
      killed, {{0, 100, killed + 4 * ChurnedRun::kMs}, {1, 101, killed + 12 * ChurnedRun::kMs}}};
  return observation;
}

TEST(Recovery, TellsWhenEachClientLeftADeadServer) {
  const CheckResult result = judge("recovery", a_dead_server());
  EXPECT_EQ(result.outcome, Outcome::kPass) << reasons(result);
  EXPECT_EQ(result.summary,
            "the server was killed, 2 clients left it after 12.0 ms (at most 12.0)");
  EXPECT_DOUBLE_EQ(figures(result).at("server_death_ms_max"), 12);
  ASSERT_EQ(result.rows.size(), 2u);
  EXPECT_EQ(result.rows[0].what, "client 0 (pid 100) left its dead server");
  EXPECT_DOUBLE_EQ(figures(result.rows[0]).at("server_death_ms"), 4);
}

TEST(Recovery, AClientThatLeavesADeadServerTooLateFails) {
  Expectations expectations;
  expectations.recovery.server_death_ms = 10;
  EXPECT_THAT(reasons(judge("recovery", a_dead_server(), expectations)),
              AllOf(HasSubstr("client 1 (pid 101): ended after its server's death after ms 12.000"),
                    ::testing::Not(HasSubstr("client 0"))));
}

TEST(Recovery, AClientThatStaysWithADeadServerFails) {
  Observation observation = a_dead_server();
  observation.server_death->followers[0].ended_ns.reset();
  EXPECT_THAT(failing(observation), ElementsAre("recovery"));
  EXPECT_THAT(reasons(judge("recovery", observation)),
              HasSubstr("client 0 (pid 100) lives on though its server was killed"));
}

TEST(Recovery, OfADeadServerOnlyWhatCameOutIsJudged) {
  const Observation observation = a_dead_server();
  EXPECT_THAT(ending_with(Outcome::kSkip, observation),
              ElementsAre("affinity", "balance", "conservation", "drops", "leak"));
  EXPECT_THAT(reasons(judge("conservation", observation)), HasSubstr("left no books"));
  EXPECT_THAT(ending_with(Outcome::kPass, observation),
              ElementsAre("exits", "integrity", "order", "pairing", "recovery"));
}

TEST(Recovery, SaysNothingOfAServerThatKeepsNoEvents) {
  Observation observation = one_death().observe();
  observation.server->events.reset();
  EXPECT_EQ(judge("recovery", observation).outcome, Outcome::kSkip);
}

}  // namespace
}  // namespace ringside::harness
