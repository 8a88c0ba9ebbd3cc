// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/change_points.hpp"

#include <gtest/gtest.h>

#include <random>

namespace ringside::harness::perf {
namespace {

std::vector<std::size_t> begins(const std::vector<Group>& groups) {
  std::vector<std::size_t> places;
  for (const Group& group : groups) places.push_back(group.begin);
  return places;
}

using Places = std::vector<std::size_t>;

// Values 0 0 0 0 8 8 8 8, resolution 1, so range 8 and log2(9) = 3.1699 bits for a mean and as many
// for a deviation.
//   One group: mean 4, deviation 4. Its place log2(8) = 3; a value log2(4 * 2.5066) + 0.7213 =
//   4.0471; together 3 + 6.3399 + 8 * 4.0471 = 41.716.
//   A group of four equal values: a value log2(2.5066) = 1.3257; 3 + 6.3399 + 5.3030 = 14.643, and
//   two of them 29.286.
TEST(ChangePoints, BitsAreThoseOfTheWorkedExample) {
  EXPECT_NEAR(description_bits({0, 8, 4, 4}, 8, 8, 1), 41.716, 0.002);
  EXPECT_NEAR(description_bits({0, 4, 0, 0}, 8, 8, 1), 14.643, 0.002);
}

TEST(ChangePoints, AStepIsCutWhereItIs) {
  const std::vector<double> step{0, 0, 0, 0, 8, 8, 8, 8};
  const auto groups = group_series(step, 1);
  EXPECT_EQ(begins(groups), (Places{0, 4}));
  EXPECT_DOUBLE_EQ(groups[0].mean, 0);
  EXPECT_DOUBLE_EQ(groups[1].mean, 8);
  EXPECT_EQ(groups[1].size, 4u);
}

// One group: 1 + 6.3399 + 2 * 4.0471 = 15.434. Two groups: 2 * (1 + 6.3399 + 1.3257) = 17.331.
TEST(ChangePoints, TwoValuesAreNoEvidenceOfAChange) {
  EXPECT_EQ(begins(group_series(std::vector<double>{0, 8}, 1)), (Places{0}));
}

TEST(ChangePoints, EqualValuesAndOneValueAreOneGroup) {
  EXPECT_EQ(begins(group_series(std::vector<double>{5, 5, 5, 5, 5}, 0.1)), (Places{0}));
  EXPECT_EQ(begins(group_series(std::vector<double>{5}, 0.1)), (Places{0}));
  EXPECT_TRUE(group_series({}, 0.1).empty());
}

TEST(ChangePoints, NoiseWithoutAStepIsOneGroup) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(100, 2);
  std::vector<double> values(60);
  for (double& value : values) value = noise(random);
  EXPECT_EQ(begins(group_series(values, 0.1)), (Places{0}));
}

TEST(ChangePoints, AStepOfThreeDeviationsThereAndBackIsSeenInNoise) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> noise(0, 1);
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back((i < 20 || i >= 40 ? 100 : 104) + noise(random));
  const auto groups = group_series(values, 0.1);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_NEAR(static_cast<double>(groups[1].begin), 20, 1);
  EXPECT_NEAR(static_cast<double>(groups[2].begin), 40, 1);
  EXPECT_NEAR(groups[1].mean, 104, 0.7);
}

TEST(ChangePoints, TheCutsDoNotDependOnTheLevelOfAllValues) {
  const std::vector<double> high{1e9,      1e9 + 1,  1e9,      1e9 + 1,
                                 1e9 + 20, 1e9 + 21, 1e9 + 20, 1e9 + 21};
  EXPECT_EQ(begins(group_series(high, 1)), (Places{0, 4}));
}

}  // namespace
}  // namespace ringside::harness::perf
