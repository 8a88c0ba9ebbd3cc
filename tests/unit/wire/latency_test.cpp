// SPDX-License-Identifier: BSD-3-Clause
#include "wire/latency.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace ringside::wire {
namespace {

LatencyHistogram of(const std::vector<std::uint64_t>& values) {
  LatencyHistogram histogram;
  for (const std::uint64_t value : values) histogram.record(value);
  return histogram;
}

/// Nearest rank, from the values themselves.
std::uint64_t exact_quantile(std::vector<std::uint64_t> values, double fraction) {
  std::sort(values.begin(), values.end());
  const auto rank = std::max(1.0, std::ceil(fraction * static_cast<double>(values.size())));
  return values[static_cast<std::size_t>(rank) - 1];
}

constexpr double kFractions[] = {0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1};

TEST(LatencyHistogram, IsAllZeroBeforeTheFirstValue) {
  const LatencySummary summary = LatencyHistogram().summary();
  EXPECT_EQ(summary.count, 0u);
  EXPECT_EQ(summary.min, 0u);
  EXPECT_EQ(summary.p50, 0u);
  EXPECT_EQ(summary.max, 0u);
}

TEST(LatencyHistogram, ForgetsWhatItIsToldTo) {
  LatencyHistogram histogram = of({5, 900, 100'000});
  histogram.forget();
  EXPECT_EQ(histogram.summary().count, 0u);
  EXPECT_EQ(histogram.quantile(0.5), 0u);
  EXPECT_EQ(histogram.max(), 0u);
  histogram.record(7);
  EXPECT_EQ(histogram.min(), 7u);
  EXPECT_EQ(histogram.quantile(1), 7u);
}

TEST(LatencyHistogram, IsExactForSmallValues) {
  std::vector<std::uint64_t> values;
  for (std::uint64_t v = 0; v < 512; ++v) values.push_back(v);
  const LatencyHistogram histogram = of(values);
  for (const double fraction : kFractions) {
    EXPECT_EQ(histogram.quantile(fraction), exact_quantile(values, fraction)) << fraction;
  }
}

TEST(LatencyHistogram, ReportsOneValueAsItIs) {
  const LatencySummary summary = of({123'456'789}).summary();
  EXPECT_EQ(summary.count, 1u);
  EXPECT_EQ(summary.min, 123'456'789u);
  EXPECT_EQ(summary.p50, 123'456'789u);
  EXPECT_EQ(summary.p999, 123'456'789u);
  EXPECT_EQ(summary.max, 123'456'789u);
}

TEST(LatencyHistogram, HoldsTheLargestValueThereIs) {
  const LatencyHistogram histogram = of({1, UINT64_MAX});
  EXPECT_EQ(histogram.max(), UINT64_MAX);
  EXPECT_EQ(histogram.quantile(1), UINT64_MAX);
  EXPECT_EQ(histogram.quantile(0.5), 1u);
}

RC_GTEST_PROP(LatencyHistogram, QuantilesAreWithinTheirErrorOfTheExactOnes, ()) {
  // Exponents uniform, so that every power of two is met, not only the largest.
  auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint64_t>>(rc::gen::apply(
      [](std::uint64_t bits, int shift) { return bits >> shift; },
      rc::gen::resize(1'000'000, rc::gen::arbitrary<std::uint64_t>()), rc::gen::inRange(0, 64))));
  std::mt19937_64 random(values.size());
  for (int i = 0; i < 200; ++i) values.push_back(random() >> (random() % 64));
  const LatencyHistogram histogram = of(values);
  for (const double fraction : kFractions) {
    const std::uint64_t exact = exact_quantile(values, fraction);
    const std::uint64_t reported = histogram.quantile(fraction);
    RC_ASSERT(reported >= exact);
    RC_ASSERT(static_cast<long double>(reported - exact) <=
              static_cast<long double>(exact) * LatencyHistogram::kRelativeError);
  }
  RC_ASSERT(histogram.min() == *std::min_element(values.begin(), values.end()));
  RC_ASSERT(histogram.max() == *std::max_element(values.begin(), values.end()));
}

}  // namespace
}  // namespace ringside::wire
