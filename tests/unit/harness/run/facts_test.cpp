// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/facts.hpp"

#include <gtest/gtest.h>

#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness {
namespace {

TEST(Flatten, JoinsTheNamesOfLevelsWithDots) {
  const FactMap facts = flatten(R"({"a":1,"b":{"c":"x","d":{"e":true}},"list":[1],"none":null})");
  EXPECT_EQ(facts.size(), 3u);
  EXPECT_EQ(facts.at("a"), Fact(std::int64_t{1}));
  EXPECT_EQ(facts.at("b.c"), Fact(std::string("x")));
  EXPECT_EQ(facts.at("b.d.e"), Fact(std::int64_t{1}));
}

TEST(Flatten, WritesTheSlashesOfTelemetryNamesAsDots) {
  EXPECT_EQ(flatten(R"({"drops":{"work_ring/ring_full":3}})").at("drops.work_ring.ring_full"),
            Fact(std::int64_t{3}));
}

TEST(Flatten, WhatIsNoObjectHasNoFacts) {
  EXPECT_TRUE(flatten("[1,2]").empty());
  EXPECT_TRUE(flatten("garbage").empty());
}

TEST(ServerFacts, FindsNamesInTheCommandThatHoldsThem) {
  test::FakeTelemetry telemetry;
  telemetry.replies["/mp/stats"] = R"({"received":7,"state":"running"})";
  telemetry.replies["/mp/clients"] = R"({"1":{"handed":5}})";
  telemetry.replies["/mp/ports"] = R"({"0":{"received":9}})";
  telemetry.replies["/mp/config"] = R"({"policy":"port"})";
  telemetry.replies["/mp/events,18446744073709551615"] = R"({"total":4,"dead":2})";
  ServerFacts facts(telemetry);
  EXPECT_EQ(facts.count("received"), 7);
  EXPECT_EQ(facts.get("state"), Fact(std::string("running")));
  EXPECT_EQ(facts.count("client1.handed"), 5);
  EXPECT_EQ(facts.count("port0.received"), 9);
  EXPECT_EQ(facts.get("config.policy"), Fact(std::string("port")));
  EXPECT_EQ(facts.count("events.dead"), 2);
  EXPECT_FALSE(facts.get("client2.handed"));
  EXPECT_TRUE(facts.answered());
}

TEST(ServerFacts, OneLookAsksEachCommandOnce) {
  test::FakeTelemetry telemetry;
  telemetry.replies["/mp/stats"] = R"({"received":7,"transmitted":6})";
  ServerFacts facts(telemetry);
  facts.count("received");
  facts.count("transmitted");
  EXPECT_EQ(telemetry.asked, 1);
}

TEST(ServerFacts, ADropThatHasNotHappenedIsZero) {
  test::FakeTelemetry telemetry;
  telemetry.replies["/mp/stats"] = R"({"received":7})";
  EXPECT_EQ(ServerFacts(telemetry).get("drops.work_ring.ring_full"), Fact(std::int64_t{0}));
}

TEST(ServerFacts, AServerThatDoesNotAnswerHasNoFacts) {
  test::FakeTelemetry telemetry;
  ServerFacts facts(telemetry);
  EXPECT_FALSE(facts.get("received"));
  EXPECT_FALSE(facts.get("drops.work_ring.ring_full"));
  EXPECT_FALSE(facts.answered());
}

}  // namespace
}  // namespace ringside::harness
