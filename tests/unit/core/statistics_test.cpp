// SPDX-License-Identifier: BSD-3-Clause
#include "core/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ringside {
namespace {

TEST(Statistics, MedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median({9, 1, 5}), 5);
  EXPECT_EQ(median({9, 1, 5, 6}), 5.5);
}

TEST(Statistics, NearestRankTakesAValueThatWasThere) {
  const std::vector<std::uint32_t> ten{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(nearest_rank({}, 0.5), 0u);
  EXPECT_EQ(nearest_rank(ten, 0), 1u);
  EXPECT_EQ(nearest_rank(ten, 0.5), 5u);
  EXPECT_EQ(nearest_rank(ten, 0.51), 6u);
  EXPECT_EQ(nearest_rank(ten, 0.9), 9u);
  EXPECT_EQ(nearest_rank(ten, 0.999), 10u);
  EXPECT_EQ(nearest_rank(ten, 1), 10u);
}

TEST(Statistics, SpreadIsTheWholeRangeInMedians) {
  EXPECT_EQ(relative_spread({}), 0);
  EXPECT_EQ(relative_spread({3}), 0);
  EXPECT_EQ(relative_spread({8, 10, 13}), 0.5);
}

TEST(Statistics, DifferenceIsSymmetricAndAMissingFigureAgreesWithNothing) {
  EXPECT_DOUBLE_EQ(relative_difference(4, 5), 0.25);
  EXPECT_DOUBLE_EQ(relative_difference(5, 4), 0.25);
  EXPECT_EQ(relative_difference(5, 5), 0);
  EXPECT_TRUE(std::isinf(relative_difference(0, 5)));
  EXPECT_TRUE(std::isinf(relative_difference(5, -1)));
}

TEST(Statistics, AGroupEndsWhereTheNextValueIsTooFarAway) {
  EXPECT_EQ(groups_by_gap({105, 540, 110, 98, 520}, 1.5), (std::vector<int>{0, 1, 0, 0, 1}));
  EXPECT_EQ(groups_by_gap({100, 140, 190}, 1.5), (std::vector<int>{0, 0, 0}));
  EXPECT_EQ(groups_by_gap({0, 100, -3, 151}, 1.5), (std::vector<int>{-1, 0, -1, 1}));
  EXPECT_TRUE(groups_by_gap({}, 2).empty());
}

}  // namespace
}  // namespace ringside
