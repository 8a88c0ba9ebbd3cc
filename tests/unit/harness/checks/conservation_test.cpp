// SPDX-License-Identifier: BSD-3-Clause
// Counters that lie: each figure of the books that the harness can count itself, changed alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/harness/checks/simulated_run.hpp"

namespace ringside::harness {
namespace {

using namespace fixtures;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Lie {
  const char* name;
  std::function<void(ServerStats&)> tell;
  const char* reason;
};

/// 300 packets of 100 flows, two of them dropped at client 1.
SimulatedRun honest_run() {
  SimulatedRun run("flow-hash", 2);
  run.send_flows(100, 3);
  run.forward();
  for (int drops = 0; drops < 2; ++drops) {
    std::size_t index = 0;
    while (run.out[1][index].client != 1) ++index;
    run.drop(index, "work_ring", "ring_full", 1);
  }
  return run;
}

Expectations two_drops() {
  Expectations expectations;
  expectations.drops = {{"work_ring.ring_full.1", 2, 2}};
  return expectations;
}

TEST(Conservation, EveryLieOfTheBooksIsFoundAlone) {
  const std::vector<Lie> lies = {
      {"received", [](auto& s) { ++s.ledger.received; }, "the ledger says received 301"},
      {"transmitted", [](auto& s) { ++s.ledger.transmitted; }, "the ledger says transmitted 299"},
      {"dropped", [](auto& s) { ++s.ledger.dropped; }, "the ledger says dropped 3"},
      {"in flight", [](auto& s) { ++s.ledger.in_flight; }, "the ledger does not balance"},
      {"balanced", [](auto& s) { s.ledger.balanced = false; }, "calls itself not balanced"},
      {"missing", [](auto& s) { s.ledger.missing = 1; }, "calls itself balanced with 1 missing"},
      {"port received less", [](auto& s) { --s.ports[0].received, --s.ledger.received; },
       "but the server says received 299"},
      {"port received more", [](auto& s) { ++s.ports[0].received, ++s.ledger.received; },
       "but the server says received 301"},
      {"port transmitted", [](auto& s) { ++s.ports[1].transmitted, --s.ports[0].transmitted; },
       "port 1: 298 packets came out of it, but the server says transmitted 299"},
      {"client in flight", [](auto& s) { ++s.clients[0].in_flight; }, "client 0: in flight 1"},
      {"client returned", [](auto& s) { --s.clients[0].returned, ++s.clients[0].in_flight; },
       "client 0: returned"},
      {"client sent", [](auto& s) { --s.clients[1].sent; }, "came out with its mark"},
      {"client handed", [](auto& s) { s.clients[0].handed += 9, s.clients[0].in_flight += 9; },
       "more than the 300 that the server received"},
      {"a port less", [](auto& s) { s.ports.pop_back(); }, "know no port 1"},
  };
  const Observation honest = honest_run().observe();
  ASSERT_THAT(failing(honest, two_drops()), IsEmpty());
  for (const Lie& lie : lies) {
    Observation observation = honest;
    lie.tell(*observation.server);
    EXPECT_EQ(failing(observation, two_drops()), std::set<std::string>{"conservation"}) << lie.name;
    EXPECT_THAT(reasons(judge("conservation", observation, two_drops())), HasSubstr(lie.reason))
        << lie.name;
  }
}

TEST(Conservation, WhatTheDriverMissedIsAccountedForAndADropAllTheSame) {
  SimulatedRun run("flow-hash", 2);
  run.send_flows(100, 3);
  run.forward();
  run.take(0);
  Observation observation = run.observe();
  ServerStats& server = *observation.server;
  server.ports[0].received = 299;
  server.ports[0].no_mbuf = 1;
  server.ledger.received = 299;
  server.ledger.missing = 0;
  server.ledger.balanced = true;
  EXPECT_EQ(failing(observation), std::set<std::string>{"drops"});
  EXPECT_THAT(reasons(judge("drops", observation)), HasSubstr("driver.no_mbuf: 1 packet"));
  Expectations expectations;
  expectations.drops = {{"driver.no_mbuf", 1, 1}};
  EXPECT_THAT(failing(observation, expectations), IsEmpty());
}

TEST(Conservation, EachCounterOfTheDriverIsADrop) {
  Observation observation = honest_run().observe();
  observation.server->ports[0].missed = 1;
  observation.server->ports[1].errors = 2;
  const std::string text = reasons(judge("drops", observation, two_drops()));
  EXPECT_THAT(text, HasSubstr("driver.missed: 1 packet"));
  EXPECT_THAT(text, HasSubstr("driver.errors: 2 packets"));
}

TEST(Conservation, PacketsThatTheWireRefusedNeverWentIn) {
  Observation observation = honest_run().observe();
  const Bytes refused = udp_frame(7, 7777);
  observation.ports[0].sent.add(refused);
  observation.ports[0].refused = 1;
  EXPECT_THAT(failing(observation, two_drops()), IsEmpty());
  observation.ports[0].refused = 0;
  EXPECT_EQ(failing(observation, two_drops()), std::set<std::string>{"conservation"});
}

TEST(Conservation, AStopUnderLoadMayLeavePacketsUnreceivedButNotLoseReceivedOnes) {
  SimulatedRun run = honest_run();
  Observation observation = run.observe();
  for (unsigned i = 0; i < 50; ++i) observation.ports[0].sent.add(udp_frame(0, 5000 + i));
  Expectations stopping = two_drops();
  stopping.all_received = false;
  EXPECT_THAT(failing(observation, stopping), IsEmpty());
  EXPECT_EQ(failing(observation, two_drops()), std::set<std::string>{"conservation"});
  observation.server->ledger.transmitted -= 1;
  EXPECT_EQ(failing(observation, stopping), std::set<std::string>{"conservation"});
}

TEST(Conservation, AWireThatContradictsItsOwnFilesIsAnErrorOfTheHarness) {
  Observation observation = honest_run().observe();
  observation.wire = {{0, 300, 0, 0}, {1, 0, 0, 298}};
  EXPECT_THAT(failing(observation, two_drops()), IsEmpty());
  EXPECT_EQ(judge("conservation", observation, two_drops()).outcome, Outcome::kPass);
  observation.wire[1].captured = 297;
  EXPECT_EQ(judge("conservation", observation, two_drops()).outcome, Outcome::kError);
  observation.wire[1].captured = 298;
  observation.wire[0].sent = 301;
  EXPECT_EQ(judge("conservation", observation, two_drops()).outcome, Outcome::kError);
}

}  // namespace
}  // namespace ringside::harness
