// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/condition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::map<std::string, Fact> kFacts{
    {"received", 1000}, {"sent", 1255}, {"in_flight", 0}, {"state", std::string("running")}};

std::optional<Fact> fact(const std::string& name) {
  const auto found = kFacts.find(name);
  if (found == kFacts.end()) return std::nullopt;
  return found->second;
}

bool holds(std::string_view text) {
  const auto condition = Condition::parse(text);
  EXPECT_TRUE(condition.ok()) << condition.error().message;
  return condition.ok() && condition->holds(fact);
}

TEST(Condition, ComparesNamesNumbersSumsAndWords) {
  EXPECT_TRUE(holds("received == 1000"));
  EXPECT_TRUE(holds("received == sent - 255"));
  EXPECT_TRUE(holds("255 + received >= sent"));
  EXPECT_TRUE(holds("state == 'running'"));
  EXPECT_FALSE(holds("state != 'running'"));
  EXPECT_FALSE(holds("received > 1000"));
  EXPECT_TRUE(holds("received <= 1000 and in_flight < 1"));
  EXPECT_FALSE(holds("received <= 1000 and in_flight > 0"));
}

TEST(Condition, AnUnknownNameNeverHolds) {
  EXPECT_FALSE(holds("client3.handed == 0"));
  EXPECT_FALSE(holds("client3.handed != 0"));
}

TEST(Condition, AWordIsNotComparedWithANumber) {
  EXPECT_FALSE(holds("state == 0"));
  EXPECT_FALSE(holds("state != 0"));
}

TEST(Condition, AnEmptyConditionHolds) {
  EXPECT_TRUE(Condition().holds(fact));
}

TEST(Condition, DescribesWhatItsNamesAre) {
  const auto condition = Condition::parse("received == sent and state == 'x' and nothing == 1");
  EXPECT_EQ(condition->describe(fact),
            "received = 1000, sent = 1255, state = running, nothing = unknown");
  EXPECT_THAT(condition->names(), ElementsAre("received", "sent", "state", "nothing"));
}

TEST(Condition, SaysWhichPartItDoesNotUnderstand) {
  EXPECT_THAT(Condition::parse("received").error().message,
              HasSubstr("\"received\" compares nothing"));
  EXPECT_THAT(Condition::parse("received == 3x").error().message, HasSubstr("\"3x\" is neither"));
  EXPECT_THAT(Condition::parse("a == 1 and").error().message, HasSubstr("neither"));
  EXPECT_THAT(Condition::parse("").error().message, HasSubstr("compares nothing"));
}

}  // namespace
}  // namespace ringside::harness
