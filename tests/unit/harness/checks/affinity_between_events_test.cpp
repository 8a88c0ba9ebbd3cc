// SPDX-License-Identifier: BSD-3-Clause
// Flows stay with their clients from one of the server's events to the next.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/checks/churned_run.hpp"

namespace ringside::harness {
namespace {

using namespace fixtures;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Client 1 of three dies and comes back.
ChurnedRun away_and_back() {
  ChurnedRun run(3);
  run.traffic(200);
  run.kill(1, 30);
  run.traffic(200);
  run.rejoin(1);
  run.traffic(200);
  return run;
}

TEST(AffinityBetweenEvents, HoldsThroughDeathsHangsAndReturns) {
  ChurnedRun run(4);
  for (unsigned round = 0; round < 10; ++round) {
    const unsigned client = round % 4;
    run.traffic(60);
    if (round % 3 == 0) {
      run.event("suspect", client);
      run.traffic(60);
      run.event("resume", client);
    } else {
      run.kill(client, 5);
      run.traffic(60);
      run.rejoin(client);
    }
  }
  run.traffic(60);
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), IsEmpty());
  EXPECT_THAT(judge("affinity", observation).summary,
              HasSubstr("between 20 changes among the clients: 0 with the wrong client"));
}

TEST(AffinityBetweenEvents, AFlowThatMovesWithoutAnEventFails) {
  ChurnedRun run = away_and_back();
  unsigned& client = run.run.out[1][350].client;
  client = client == 0 ? 2 : 0;
  EXPECT_THAT(failing(run.observe()), ElementsAre("affinity"));
}

TEST(AffinityBetweenEvents, AFlowThatGoesBackThoughNobodyCameFails) {
  ChurnedRun run(2);
  run.traffic(100);
  run.kill(1, 0);
  run.traffic(100);
  for (std::size_t i = 150; i < 200; ++i) run.run.out[1][i].client = run.run.out[1][i - 100].client;
  const CheckResult result = judge("affinity", run.observe());
  EXPECT_EQ(result.outcome, Outcome::kFail);
  EXPECT_THAT(reasons(result), HasSubstr("since dead of client 1 the flow belongs to client 0, and "
                                         "to client 1 never again"));
}

TEST(AffinityBetweenEvents, AFlowThatMovesBeforeTheEventFails) {
  ChurnedRun run(2);
  run.traffic(100);
  run.kill(1, 0);
  run.traffic(100);
  for (std::size_t i = 50; i < 100; ++i) run.run.out[1][i].client = 0;
  const CheckResult result = judge("affinity", run.observe());
  EXPECT_EQ(result.outcome, Outcome::kFail);
  EXPECT_THAT(reasons(result), HasSubstr("before dead of client 1 gave it the flow"));
}

TEST(AffinityBetweenEvents, PacketsMayComeOutLongAfterTheEventThatFollowedThem) {
  ChurnedRun run = away_and_back();
  for (std::uint64_t& time : run.times) time += 5000 * ChurnedRun::kMs;
  EXPECT_EQ(judge("affinity", run.observe()).outcome, Outcome::kPass);
}

/// Client 1 of two becomes a suspect, by the events, and yet goes on as before.
ChurnedRun suspect_that_is_served(unsigned packets) {
  ChurnedRun run(2);
  run.traffic(100);
  run.event("suspect", 1);
  run.traffic(packets);
  auto& out = run.run.out[1];
  for (std::size_t i = 100; i < out.size(); ++i) out[i].client = out[i - 100].client;
  return run;
}

TEST(AffinityBetweenEvents, AClientThatKeepsItsFlowsAfterItLostThemFails) {
  const CheckResult result = judge("affinity", suspect_that_is_served(4000).observe());
  EXPECT_EQ(result.outcome, Outcome::kFail);
  EXPECT_THAT(reasons(result),
              HasSubstr("after suspect of client 1 took the flow from it, and more "
                        "packets since than it can have had by then"));
}

TEST(AffinityBetweenEvents, AClientMayHaveARingFullAfterItLostItsFlows) {
  EXPECT_EQ(judge("affinity", suspect_that_is_served(1500).observe()).outcome, Outcome::kPass);
}

TEST(AffinityBetweenEvents, WhatComesOutAfterTheTakerStoodStillMayBeOfAnEarlierTime) {
  ChurnedRun run = suspect_that_is_served(4000);
  for (std::size_t i = 150; i < run.times.size(); ++i) run.times[i] += 300 * ChurnedRun::kMs;
  EXPECT_EQ(judge("affinity", run.observe()).outcome, Outcome::kPass);
}

TEST(AffinityBetweenEvents, IsNotJudgedWhenTheOldestEventsAreGone) {
  ChurnedRun run = away_and_back();
  run.events.erase(run.events.begin());
  const CheckResult result = judge("affinity", run.observe());
  EXPECT_EQ(result.outcome, Outcome::kSkip);
  EXPECT_THAT(reasons(result), HasSubstr("of 6 events the server has kept the last 5 only"));
}

TEST(AffinityBetweenEvents, SaysNothingOfAServerThatKeepsNoEvents) {
  Observation observation = away_and_back().observe();
  observation.server->events.reset();
  EXPECT_EQ(judge("affinity", observation).outcome, Outcome::kSkip);
}

}  // namespace
}  // namespace ringside::harness
