// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  const auto add = [&](const char* name, std::vector<std::string> tags) {
    Scenario scenario;
    scenario.name = name;
    scenario.tags = std::move(tags);
    all.push_back(scenario);
  };
  add("flow-hash/imix/1", {"core"});
  add("flow-hash/imix/3", {"core", "smoke"});
  add("flow-hash/zipf/3", {"core"});
  add("paused-client", {"core", "smoke"});
  add("live/imix", {"live"});
  return all;
}

std::vector<std::string> names(const std::vector<Scenario>& scenarios) {
  std::vector<std::string> names;
  for (const auto& scenario : scenarios) names.push_back(scenario.name);
  return names;
}

std::vector<std::string> selected(const Selection& selection) {
  const auto result = select(scenarios(), selection);
  EXPECT_TRUE(result.ok()) << result.error().message;
  return result.ok() ? names(*result) : std::vector<std::string>{};
}

Selection by_pattern(const char* pattern) {
  Selection selection;
  selection.patterns = {pattern};
  return selection;
}

TEST(Select, EverythingWhenNothingIsSaid) {
  EXPECT_EQ(selected({}).size(), 5u);
}

TEST(Select, ByNameByItsBeginningAndByGlob) {
  EXPECT_THAT(selected(by_pattern("paused-client")), ElementsAre("paused-client"));
  EXPECT_THAT(selected(by_pattern("flow-hash/imix")),
              ElementsAre("flow-hash/imix/1", "flow-hash/imix/3"));
  EXPECT_THAT(selected(by_pattern("*/3")), ElementsAre("flow-hash/imix/3", "flow-hash/zipf/3"));
}

TEST(Select, AsOftenAndInTheOrderAsItIsNamed) {
  Selection selection;
  selection.patterns = {"paused-client", "live", "paused-client"};
  EXPECT_THAT(selected(selection), ElementsAre("paused-client", "live/imix", "paused-client"));
}

TEST(Select, ANameDoesNotSelectWhatMerelyBeginsAlike) {
  EXPECT_FALSE(select(scenarios(), by_pattern("paused")).ok());
}

TEST(Select, ByTagAndWithoutTag) {
  Selection selection;
  selection.tags = {"smoke"};
  EXPECT_THAT(selected(selection), ElementsAre("flow-hash/imix/3", "paused-client"));
  selection.tags = {"!core"};
  EXPECT_THAT(selected(selection), ElementsAre("live/imix"));
  selection.tags = {"core", "live", "!smoke"};
  EXPECT_THAT(selected(selection),
              ElementsAre("flow-hash/imix/1", "flow-hash/zipf/3", "live/imix"));
}

TEST(Select, ByAPartOfTheName) {
  Selection selection;
  selection.filter = "imix";
  EXPECT_THAT(selected(selection),
              ElementsAre("flow-hash/imix/1", "flow-hash/imix/3", "live/imix"));
}

TEST(Select, ShardsAreDisjointAndTogetherComplete) {
  std::vector<std::string> together;
  for (unsigned i = 1; i <= 3; ++i) {
    Selection selection;
    selection.shard = {i, 3};
    for (const auto& name : selected(selection)) together.push_back(name);
  }
  EXPECT_THAT(together, UnorderedElementsAreArray(names(scenarios())));
}

TEST(Select, AnUnknownNameIsNothingToDoWithASuggestion) {
  const auto result = select(scenarios(), by_pattern("paused-clent"));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ExitCode::kNothingToDo);
  EXPECT_THAT(result.error().message, HasSubstr("did you mean \"paused-client\""));
}

TEST(Select, NothingLeftIsNothingToDo) {
  Selection selection;
  selection.filter = "no such";
  EXPECT_EQ(select(scenarios(), selection).error().code, ExitCode::kNothingToDo);
}

TEST(ParseShard, KnowsMOfN) {
  EXPECT_EQ(parse_shard("2/3")->index, 2u);
  EXPECT_EQ(parse_shard("2/3")->count, 3u);
  for (const char* wrong : {"0/3", "4/3", "1", "1/", "a/b", "1/3x", ""}) {
    EXPECT_FALSE(parse_shard(wrong).ok()) << wrong;
  }
}

TEST(Shuffle, DependsOnTheSeedAloneAndLosesNothing) {
  auto first = scenarios(), second = scenarios(), other = scenarios();
  shuffle(first, 7);
  shuffle(second, 7);
  shuffle(other, 8);
  EXPECT_EQ(names(first), names(second));
  EXPECT_NE(names(first), names(other));
  EXPECT_THAT(names(first), UnorderedElementsAreArray(names(scenarios())));
}

}  // namespace
}  // namespace ringside::harness
