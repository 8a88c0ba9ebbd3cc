// SPDX-License-Identifier: BSD-3-Clause
#include "harness/report/replay_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/harness/checks/simulated_run.hpp"

namespace ringside::harness {
namespace {

using fixtures::SimulatedRun;
using ::testing::AllOf;
using ::testing::HasSubstr;

ReplayReport sample(bool marked = true) {
  SimulatedRun run("flow-hash", 2);
  run.marked = marked;
  run.send_flows(100, 3);
  run.forward();
  run.drop(0, "work_ring", "ring_full", 1);
  Expectations expectations;
  expectations.drops.reset();
  ReplayReport report = summarize_replay(run.observe(), expectations);
  report.port_kind = "pcap";
  report.memory = "no-huge";
  report.duration_s = 1.5;
  report.capture_dir = "kept";
  return report;
}

TEST(ReplayReport, CountsPacketsAndFlowsOfEachClient) {
  const ReplayReport report = sample();
  EXPECT_EQ(report.outcome, Outcome::kPass);
  EXPECT_EQ(report.flows, 100u);
  ASSERT_EQ(report.clients.size(), 2u);
  EXPECT_EQ(report.clients[0].packets + report.clients[1].packets, 299u);
  EXPECT_EQ(report.clients[0].flows + report.clients[1].flows, 100u);
  EXPECT_EQ(report.clients[0].bytes, report.clients[0].packets * 66);
  EXPECT_EQ(report.unmarked, 0u);
}

TEST(ReplayReport, AClientThatGotNothingIsStillListed) {
  SimulatedRun run("flow-hash", 2);
  run.send_flows(1, 3);
  run.forward();
  const ReplayReport report = summarize_replay(run.observe(), {});
  ASSERT_EQ(report.clients.size(), 2u);
  EXPECT_EQ(std::min(report.clients[0].packets, report.clients[1].packets), 0u);
}

TEST(ReplayReport, TextShowsPortsClientsLedgerDropsAndChecks) {
  EXPECT_THAT(to_text(sample(), false),
              AllOf(HasSubstr("policy flow-hash, 2 clients, pcap ports, no-huge memory, 1.50 s"),
                    HasSubstr("in0.pcap"), HasSubstr("#####"),
                    HasSubstr("ledger received 300 = transmitted 299 + dropped 1 + in flight 0: "
                              "balanced"),
                    HasSubstr("work_ring.ring_full.1"), HasSubstr("PASS  affinity"),
                    HasSubstr("PASS  order"), HasSubstr("captures: kept")));
}

TEST(ReplayReport, TextSaysThatNothingIsKnownOfClientsWithoutMarks) {
  EXPECT_THAT(to_text(sample(false), false), HasSubstr("the packets bear no marks"));
}

TEST(ReplayReport, JsonHasAllOfIt) {
  const auto json = nlohmann::json::parse(to_json(sample()));
  EXPECT_EQ(json["schema"], "ringside.replay/1");
  EXPECT_EQ(json["outcome"], "pass");
  EXPECT_EQ(json["flows"], 100);
  EXPECT_EQ(json["ports"][0]["sent"], 300);
  EXPECT_EQ(json["ports"][1]["captured"], 299);
  EXPECT_EQ(json["clients"].size(), 2u);
  EXPECT_EQ(json["ledger"]["drops"][0]["client"], 1);
  EXPECT_EQ(json["checks"][0]["name"], "conservation");
}

TEST(ReplayReport, JsonSaysNullWhereNothingIsKnown) {
  SimulatedRun run("flow-hash", 2);
  run.send_flows(5, 1);
  run.forward();
  Observation observation = run.observe();
  observation.server.reset();
  observation.ports[1].captured_known = false;
  const auto json = nlohmann::json::parse(to_json(summarize_replay(observation, {})));
  EXPECT_TRUE(json["ledger"].is_null());
  EXPECT_TRUE(json["ports"][1]["captured"].is_null());
}

}  // namespace
}  // namespace ringside::harness
