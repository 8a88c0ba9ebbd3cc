// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace ringside::harness::perf {
namespace {

TEST(PerfStatistics, ALogRatioAboveZeroMeansThatTheHeadTookLonger) {
  const std::vector<double> base{100, 100, 200}, head{105, 100, 100};
  const auto ratios = log_ratios(base, head);
  ASSERT_EQ(ratios.size(), 3u);
  EXPECT_DOUBLE_EQ(ratios[0], std::log(1.05));
  EXPECT_DOUBLE_EQ(ratios[1], 0);
  EXPECT_DOUBLE_EQ(ratios[2], std::log(0.5));
  EXPECT_NEAR(percent(ratios[0]), 5, 1e-9);
  EXPECT_NEAR(percent(ratios[2]), -50, 1e-9);
}

// P(B <= r) for 10 values: 1/1024 for 0, 11/1024 for 1, 56/1024 for 2.
TEST(PerfStatistics, TheBoundIsTheHighestOrderStatisticThatTheBinomialAllows) {
  EXPECT_EQ(median_bound_index(10, 0.9 / 1024), std::nullopt);
  EXPECT_EQ(median_bound_index(10, 1.1 / 1024), 0u);
  EXPECT_EQ(median_bound_index(10, 10.9 / 1024), 0u);
  EXPECT_EQ(median_bound_index(10, 11.1 / 1024), 1u);
  EXPECT_EQ(median_bound_index(10, 56.1 / 1024), 2u);
}

// The sum of C(40, i) for i to 9 is 373585604, to 10 it is 1221246132; 2^40 is 1.0995e12.
TEST(PerfStatistics, FortyValuesAtAThousandthTakeTheTenth) {
  EXPECT_EQ(median_bound_index(40, 0.001), 9u);
  EXPECT_EQ(median_bound_index(40, 1221246133.0 / 1099511627776.0), 10u);
  EXPECT_EQ(median_bound_index(9, 0.001), std::nullopt) << "1/512 is more than 0.001";
  EXPECT_EQ(median_bound_index(0, 0.001), std::nullopt);
}

TEST(PerfStatistics, NoBoundIsAboveTheMiddleHoweverMuchErrorIsAllowed) {
  EXPECT_EQ(median_bound_index(4, 1), 1u);
  EXPECT_EQ(median_bound_index(5, 1), 2u);
}

TEST(PerfStatistics, BoundsLieAsFarFromBothEnds) {
  std::vector<double> values(40);
  std::iota(values.rbegin(), values.rend(), 1);  // 40 ... 1
  const auto bounds = median_bounds(values, 0.001);
  ASSERT_TRUE(bounds);
  EXPECT_EQ(*bounds, (MedianBounds{10, 20.5, 31}));
  EXPECT_EQ(median_bounds({1, 2, 3}, 0.001), std::nullopt);
}

}  // namespace
}  // namespace ringside::harness::perf
