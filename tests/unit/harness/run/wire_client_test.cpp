// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/wire_client.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness {
namespace {

using Json = nlohmann::json;

class WireClientTest : public ::testing::Test {
 protected:
  Json written(std::size_t i) const { return Json::parse(process_.written.at(i)); }
  test::FakeProcess process_{"wire"};
  WireClient wire_{process_};
};

TEST_F(WireClientTest, IsReadyOnceTheProgramSaysSo) {
  EXPECT_FALSE(wire_.ready());
  process_.lines = {R"({"event":"ready","ports":2})"};
  EXPECT_TRUE(wire_.ready());
}

TEST_F(WireClientTest, LoadsACaptureOnceAndSendsItAsOftenAsAsked) {
  wire_.send({.port = 0, .file = "a.pcap"});
  wire_.send({.port = 1, .file = "a.pcap", .count = 7, .pace = {Pace::Kind::kRate, 1000}});
  ASSERT_EQ(process_.written.size(), 3u);
  EXPECT_EQ(written(0)["cmd"], "load");
  EXPECT_EQ(written(0)["as"], written(1)["capture"]);
  EXPECT_EQ(written(1)["pace"], "asap");
  EXPECT_EQ(written(1)["loops"], 1);
  EXPECT_EQ(written(2)["count"], 7);
  EXPECT_EQ(written(2)["rate"], 1000);
}

TEST_F(WireClientTest, RepliesFindTheirRequestsInAnyOrder) {
  const auto first = wire_.send({.port = 0, .file = "a.pcap"});
  const auto second = wire_.send({.port = 1, .file = "a.pcap"});
  process_.lines = {Json{{"cmd", "send"}, {"id", second}, {"ok", true}, {"sent", 20}}.dump()};
  EXPECT_FALSE(wire_.reply(first));
  EXPECT_EQ(wire_.reply(second)->sent, 20u);
  process_.lines = {Json{{"cmd", "send"}, {"id", first}, {"ok", false}, {"error", "no"}}.dump()};
  ASSERT_TRUE(wire_.reply(first));
  EXPECT_FALSE(wire_.reply(first)->ok);
  EXPECT_EQ(wire_.reply(first)->error, "no");
}

TEST_F(WireClientTest, LinesThatAreNoJsonAreSkipped) {
  process_.lines = {"EAL: noise", R"({"event":"ready","ports":1})"};
  EXPECT_TRUE(wire_.ready());
}

TEST_F(WireClientTest, ASendTellsHowLongItTook) {
  const auto ticket = wire_.send({.port = 0, .file = "a.pcap"});
  process_.lines = {Json{{"id", ticket}, {"ok", true}, {"sent", 9}, {"duration_ns", 77}}.dump()};
  EXPECT_EQ(wire_.reply(ticket)->duration_ns, 77u);
}

TEST_F(WireClientTest, AReportHasItsPorts) {
  const auto ticket = wire_.report();
  EXPECT_FALSE(wire_.report_reply(ticket));
  process_.lines = {R"({"cmd":"report","id":1,"ok":true,"capture_ns":70,"monotonic_ns":7,)"
                    R"("ports":[{"port":0,"sent":5,"refused":1,)"
                    R"("captured":4,"sending":true,"latency_ns":{"count":4}}]})"};
  const auto report = wire_.report_reply(ticket);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->ports.at(0).captured, 4u);
  EXPECT_TRUE(report->ports.at(0).sending);
  EXPECT_EQ(report->ports.at(0).latency_json, R"({"count":4})");
  ASSERT_TRUE(report->clock);
  EXPECT_EQ(report->clock->capture_ns, 70u);
  EXPECT_EQ(report->clock->monotonic_ns, 7u);
}

TEST_F(WireClientTest, AWireNeedNotTellItsClock) {
  const auto ticket = wire_.report();
  process_.lines = {R"({"cmd":"report","id":1,"ok":true,"ports":[]})"};
  ASSERT_TRUE(wire_.report_reply(ticket));
  process_.lines = {R"({"cmd":"report","id":2,"ok":true,"ports":[]})"};
  EXPECT_FALSE(wire_.report_reply(wire_.report())->clock);
}

TEST_F(WireClientTest, AWireThatIsGoneAnswersWithAnError) {
  process_.end = ProcessEnd{-1, 9};
  const auto ticket = wire_.stop_send(0);
  ASSERT_TRUE(wire_.reply(ticket));
  EXPECT_FALSE(wire_.reply(ticket)->ok);
}

}  // namespace
}  // namespace ringside::harness
