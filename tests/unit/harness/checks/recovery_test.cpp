// SPDX-License-Identifier: BSD-3-Clause
// What must hold of deaths, and what is measured of them.
#include <fmt/format.h>
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

/// Flows that moved are no more than their least share and `moved_excess`.
CheckResult passes_with_excess(double moved_excess, ChurnedRun& run) {
  Expectations expectations;
  expectations.recovery.moved_excess = moved_excess;
  const CheckResult result = judge("recovery", run.observe(), expectations);
  EXPECT_EQ(result.outcome, Outcome::kPass) << reasons(result);
  return result;
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

TEST(Recovery, WithNobodyLeftAllIsBlockedUntilSomebodyComes) {
  ChurnedRun run(2);
  run.traffic(300);
  run.kill(1, 0);
  run.traffic(100);
  run.kill(0, 5);
  run.pass(700);
  run.rejoin(1);
  run.traffic(100);
  const auto rows = judge("recovery", run.observe()).rows;
  EXPECT_EQ(figures(rows.at(0)).at("blocked_ms"), 0);
  EXPECT_NEAR(figures(rows.at(1)).at("blocked_ms"), 5 + 700, 0.5);
}

TEST(Recovery, WithNobodyLeftToTheEndAllIsBlockedUntilTheLastPacket) {
  ChurnedRun run(1);
  run.traffic(300);
  run.event("leave", 0);
  const auto rows = judge("recovery", run.observe()).rows;
  EXPECT_EQ(figures(rows.at(0)).at("blocked_ms"), 0);
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
  generous.recovery = {1000, 1000, 1000, 1000, 1000, 0.02, 1, 1000, 1000};
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
  const CheckResult result = passes_with_excess(0.02, run);
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

/// Client 1 of three is asked to leave under load, which the server knows after 2 ms, and comes
/// back.
ChurnedRun one_leave() {
  ChurnedRun run(3);
  run.traffic(200);
  run.strike(1, SIGINT);
  run.pass(2);
  run.event("leave", 1);
  run.traffic(200);
  run.rejoin(1);
  run.traffic(200);
  return run;
}

TEST(Recovery, TellsWhatALeaveCost) {
  const Observation observation = one_leave().observe();
  EXPECT_THAT(failing(observation), IsEmpty());
  const CheckResult result = judge("recovery", observation);
  EXPECT_EQ(result.outcome, Outcome::kPass);
  EXPECT_THAT(result.summary,
              AllOf(HasSubstr("1 leave, noticed after 2.0 ms, flows again after"),
                    HasSubstr("0 packets re-dispatched: blocked for 0.0 ms, a survivor paused for"),
                    HasSubstr("rejoin to first packet"), HasSubstr("of 50 flows moved")));
  ASSERT_EQ(result.rows.size(), 2u);
  EXPECT_EQ(result.rows[0].what, "client 1 (pid 201) came back");
  EXPECT_EQ(result.rows[1].what, "client 1 (pid 101) left");
  const auto left = figures(result.rows[1]);
  EXPECT_DOUBLE_EQ(left.at("detect_ms"), 2);
  EXPECT_LT(left.at("flow_again_ms"), 10);
  EXPECT_EQ(left.at("redispatched"), 0);
  EXPECT_EQ(left.count("delayed"), 0u);
  EXPECT_EQ(left.at("flows"), 50);
  EXPECT_GT(left.at("least"), 5);
  EXPECT_EQ(left.at("moved"), left.at("least")) << "its own flows and no others";
  const auto back = figures(result.rows[0]);
  EXPECT_EQ(back.at("moved"), left.at("moved")) << "those that had moved, and no others";
  EXPECT_EQ(back.at("least"), left.at("least"));
}

TEST(Recovery, FlowsOfOthersThatMoveAtALeaveFail) {
  ChurnedRun run = one_leave();
  for (std::size_t i = 200; i < 400; ++i) {
    unsigned& client = run.run.out[1][i].client;
    client = 2 - client;  // as if all buckets had been dealt out anew
  }
  Expectations expectations;
  expectations.recovery.moved_excess = 0.02;
  const CheckResult result = judge("recovery", run.observe(), expectations);
  EXPECT_THAT(reasons(result),
              HasSubstr("all leaves: share of flows moved beyond the leaving clients' own"));
  EXPECT_GT(figures(result).at("leave_moved_excess"), 0.5);
}

TEST(Recovery, ALeaveThatMovesMoreThanItsNthPartOfTheFlowsFails) {
  const Observation observation = one_leave().observe();
  const CheckResult result = judge("recovery", observation);
  const double beyond = figures(result).at("leave_moved_beyond_share");
  EXPECT_NEAR(beyond, figures(result.rows[1]).at("moved") / 50 - 1.0 / 3, 1e-9);
  Expectations expectations;
  expectations.recovery.moved_beyond_share = beyond - 0.001;
  EXPECT_THAT(reasons(judge("recovery", observation, expectations)),
              HasSubstr("all leaves: share of flows moved beyond 1/n of all"));
  expectations.recovery.moved_beyond_share = beyond + 0.001;
  EXPECT_EQ(judge("recovery", observation, expectations).outcome, Outcome::kPass);
}

TEST(Recovery, TheNthPartIsThatOfAllFlowsSoonAfterAnotherChangeToo) {
  ChurnedRun run = one_leave();
  run.event("leave", 0);
  run.traffic(200);
  run.rejoin(0);
  run.traffic(10);  // most flows were last seen with others than their owners
  unsigned its = 0;
  for (unsigned flow = 0; flow < 50; ++flow) its += run.owner(flow) == 1;
  run.event("leave", 1);
  run.traffic(200);
  const auto all = figures(judge("recovery", run.observe()));
  unsigned first = 0;
  for (const FigureRow& row : judge("recovery", run.observe()).rows) {
    if (row.what == "client 0 (pid 100) left") first = figures(row).at("moved");
  }
  EXPECT_NEAR(all.at("leave_moved_beyond_share"), (2.0 * its + first) / 150 - 1.0 / 3, 1e-9);
}

TEST(Recovery, AClientThatIsAskedToEndAndDoesNotLeaveFails) {
  ChurnedRun run = one_leave();
  std::erase_if(run.events, [](const ServerEvent& e) { return e.kind == "leave"; });
  EXPECT_THAT(
      reasons(judge("recovery", run.observe())),
      HasSubstr("client 1 (pid 101) was asked to end, but the server has not seen it leave"));
  run = one_leave();
  run.strikes.push_back({2, 999, SIGINT, run.now()});
  EXPECT_EQ(judge("recovery", run.observe()).outcome, Outcome::kPass) << "it had not joined";
}

/// Of two clients, client 1 still has a packet of each of its flows when `goes` happens; more of
/// each, which are client 0's now, wait for these. Then `comes_out`, and they do.
struct Backlog {
  template <typename Goes, typename ComesOut>
  Backlog(Goes goes, ComesOut comes_out) {
    for (unsigned flow = 0; flow < 50; ++flow) is_its.push_back(run.owner(flow) == 1);
    run.traffic(400);
    const std::size_t begin = run.times.size();
    run.traffic(50);
    goes(run);
    run.traffic(100);
    // The last one is of a flow that client 0 always had, and overtakes all that wait.
    for (unsigned flow = 0; flow == 0 || is_its[flow - 1]; ++flow) run.traffic(1);
    const std::vector<Output> late = hold_back(begin);
    run.pass(1);
    comes_out(run);
    for (const Output& output : late) {
      (output.client == 1 ? in_hands : waiting) += 1;
      run.run.out[1].push_back(output);
      run.times.push_back(run.now());
    }
    run.pass(1);
  }

  /// Takes out what came of the flows of client 1 from output `begin` on.
  std::vector<Output> hold_back(std::size_t begin) {
    std::vector<Output> late, rest;
    std::vector<std::uint64_t> times;
    for (std::size_t i = 0; i < run.times.size(); ++i) {
      const Output& output = run.run.out[1][i];
      const bool is_late = i >= begin && is_its[i % 50];
      (is_late ? late : rest).push_back(output);
      if (!is_late) times.push_back(run.times[i]);
    }
    run.run.out[1] = rest;
    run.times = times;
    return late;
  }

  ChurnedRun run{2};
  std::vector<bool> is_its;  ///< by flow
  unsigned in_hands = 0;     ///< of client 1
  unsigned waiting = 0;      ///< until these were out
};

TEST(Recovery, CountsThePacketsThatWaitForWhatAClientThatLeavesHas) {
  Backlog backlog([](ChurnedRun& run) { run.event("leave", 1); }, [](ChurnedRun&) {});
  backlog.run.traffic(50);
  const Observation observation = backlog.run.observe();
  EXPECT_THAT(failing(observation), IsEmpty());
  const auto row = figures(judge("recovery", observation).rows.at(0));
  EXPECT_GT(backlog.waiting, 10u);
  EXPECT_EQ(row.at("delayed"), backlog.waiting) << "what it has itself it forwards as ever";
  EXPECT_GE(row.at("blocked_ms"), backlog.waiting) << "at most a packet each millisecond";
}

TEST(Recovery, TellsWhatASuspectCost) {
  Backlog backlog(
      [](ChurnedRun& run) {
        run.strike(1, SIGSTOP);
        run.pass(250);
        run.event("suspect", 1);
      },
      [](ChurnedRun& run) { run.strike(1, SIGCONT); });
  backlog.run.pass(3);
  backlog.run.event("resume", 1);
  backlog.run.traffic(150);
  const Observation observation = backlog.run.observe();
  const unsigned delayed = backlog.in_hands + backlog.waiting;
  EXPECT_THAT(failing(observation), IsEmpty());
  const CheckResult result = judge("recovery", observation);
  EXPECT_THAT(result.summary, AllOf(HasSubstr("hung clients suspected after 250.0 ms"),
                                    HasSubstr(fmt::format("{} delayed", delayed)),
                                    HasSubstr("seen to go on after 4.0 ms")));
  ASSERT_EQ(result.rows.size(), 2u);
  EXPECT_EQ(result.rows[0].what, "client 1 (pid 101) hung");
  EXPECT_EQ(result.rows[1].what, "client 1 (pid 101) went on");
  const auto hung = figures(result.rows[0]);
  EXPECT_DOUBLE_EQ(hung.at("detect_ms"), 250);
  EXPECT_EQ(hung.at("redispatched"), 0);
  EXPECT_EQ(hung.at("delayed"), delayed) << "in its hands, and behind these";
  EXPECT_EQ(figures(result.rows[1]).at("moved"), backlog.in_hands) << "its flows come back";
}

TEST(Recovery, WhatCameInABurstIsNotTheRateAtWhichPacketsAreOffered) {
  Backlog backlog(
      [](ChurnedRun& run) {
        for (std::size_t i = 50; i < 400; ++i) run.times[i] = run.times[400] - (400 - i);
        run.event("leave", 1);
      },
      [](ChurnedRun&) {});
  const auto row = figures(judge("recovery", backlog.run.observe()).rows.at(0));
  EXPECT_GE(row.at("blocked_ms"), backlog.waiting) << "at most a packet each millisecond";
  EXPECT_LT(row.at("blocked_ms"), 1.5 * backlog.waiting);
}

TEST(Recovery, FlowsThatASuspectHasNothingOfFlowOnAtOnce) {
  ChurnedRun run(2);
  run.traffic(200);
  run.strike(1, SIGSTOP);
  run.pass(250);
  run.event("suspect", 1);
  run.traffic(200);
  const CheckResult result = passes_with_excess(0, run);
  const auto row = figures(result.rows.at(0));
  EXPECT_GE(row.at("flow_again_ms"), 250);
  EXPECT_LT(row.at("flow_again_ms"), 260);
  EXPECT_EQ(row.at("flows"), 50);
  EXPECT_EQ(row.at("moved"), row.at("least"));
  EXPECT_EQ(row.at("blocked_ms"), 0);
}

TEST(Recovery, OfASuspectThatNobodyStoppedTheMovesAreToldAndNotJudged) {
  ChurnedRun run(3);
  run.traffic(200);
  run.event("suspect", 1);
  run.traffic(200);
  for (std::size_t i = 200; i < 400; ++i) run.run.out[1][i].client = 0;
  const CheckResult result = passes_with_excess(0.02, run);
  EXPECT_THAT(result.summary, HasSubstr("1 client hung"));
  const auto row = figures(result.rows.at(0));
  EXPECT_EQ(row.count("detect_ms"), 0u);
  EXPECT_GT(row.at("moved"), row.at("least"));
}

TEST(Recovery, WhatDidNotAllComeOutIsNotCountedAsDelayed) {
  ChurnedRun run(2);
  run.traffic(200);
  run.event("leave", 1);
  run.traffic(200);
  // Alike are the first packets of each flow and the fifth: one of them is gone, nobody knows
  // which.
  for (unsigned flow = 0; flow < 50; ++flow) {
    run.run.sent[0][200 + flow] = run.run.sent[0][flow];
    run.run.out[1][200 + flow].frame = run.run.sent[0][flow];
  }
  run.run.out[1].erase(run.run.out[1].begin(), run.run.out[1].begin() + 50);
  run.times.erase(run.times.begin(), run.times.begin() + 50);
  EXPECT_EQ(figures(judge("recovery", run.observe()).rows.at(0)).count("delayed"), 0u);
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
