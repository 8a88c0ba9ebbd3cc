// SPDX-License-Identifier: BSD-3-Clause
// Where a series of measurements changed its level, by minimum description length: of all ways to
// cut the series into groups, the one by which it could be written down in the fewest bits. A group
// costs bits for what it is, and saves bits when its values lie nearer to each other than to the
// rest. No threshold has to be chosen, and noise is told from change by its own size.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ringside::harness::perf {

/// Neighbours in the series that differ by noise only.
struct Group {
  std::size_t begin = 0;
  std::size_t size = 0;
  double mean = 0;
  double deviation = 0;  ///< standard deviation (of the population)
};

/// Bits to write down the group: which one it is of `count` places, its mean and its deviation,
/// each as a multiple of `resolution` within `range`, and the values by the normal distribution
/// that these two describe. A deviation below the resolution counts as the resolution.
double description_bits(const Group& group, std::size_t count, double range, double resolution);

/// The groups in order, all values in one of them; none for no values.
/// \param resolution  > 0; differences below it mean nothing.
std::vector<Group> group_series(std::span<const double> values, double resolution);

}  // namespace ringside::harness::perf
