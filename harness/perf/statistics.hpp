// SPDX-License-Identifier: BSD-3-Clause
// Statistics that assume nothing of how the times are distributed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace ringside::harness::perf {

/// ln(head[i] / base[i]): 0.01 is one per cent slower. The two have the same length; values > 0.
std::vector<double> log_ratios(std::span<const double> base, std::span<const double> head);

/// A log-ratio as per cent of change: ln 1.05 -> 5.
double percent(double log_ratio);

/// Index (from 0) of the order statistic that is a lower bound of the median with an error of at
/// most `alpha`: the largest r with P(B <= r) <= alpha, where B, the number of values below the
/// median, is binomial (count, 1/2). Nothing when there are too few values for that.
std::optional<std::size_t> median_bound_index(std::size_t count, double alpha);

/// The fewest values that have such a bound. Precondition: 0 < alpha < 1.
std::size_t fewest_for_bound(double alpha);

/// A median and where it may lie; each bound by itself is wrong with at most `alpha`.
struct MedianBounds {
  double lower = 0, median = 0, upper = 0;
  bool operator==(const MedianBounds&) const = default;
};
std::optional<MedianBounds> median_bounds(std::vector<double> values, double alpha);

}  // namespace ringside::harness::perf
