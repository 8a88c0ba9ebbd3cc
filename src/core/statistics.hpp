// SPDX-License-Identifier: BSD-3-Clause
// Few-sample statistics, exact: what benchmarks and tables say of their samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ringside {

/// Of latencies, in the unit of the values.
struct Percentiles {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
};

/// The middle of `values`, of an even number the mean of the two in the middle; 0 of none.
double median(std::vector<double> values);

/// The smallest of `sorted` that at least `fraction` of them do not exceed (nearest rank); 0 of
/// none. Precondition: ascending, 0 <= fraction <= 1.
std::uint32_t nearest_rank(std::span<const std::uint32_t> sorted, double fraction);

/// (largest - smallest) / median; 0 when there is no median above 0.
double relative_spread(const std::vector<double>& values);

/// By how much the larger of two positive numbers exceeds the smaller: 0.25 for 4 and 5. Infinite
/// when one is not positive: a figure that is missing agrees with nothing.
double relative_difference(double a, double b);

/// For each value the number of its group, 0 the lowest: a new group begins where a value, in
/// ascending order, is more than `factor` times the one before. Values that are not positive
/// belong to no group (-1).
std::vector<int> groups_by_gap(const std::vector<double>& values, double factor);

}  // namespace ringside
