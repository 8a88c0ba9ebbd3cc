// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/change_points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace ringside::harness::perf {
namespace {

/// Groups of any stretch of the series, from sums that are made once.
class Stretches {
 public:
  explicit Stretches(std::span<const double> values) {
    // Relative to the first value: squares of large numbers would lose the small differences.
    origin_ = values.front();
    for (const double value : values) {
      const double offset = value - origin_;
      sum_.push_back(sum_.back() + offset);
      squares_.push_back(squares_.back() + offset * offset);
    }
  }

  Group group(std::size_t begin, std::size_t end) const {
    const double n = static_cast<double>(end - begin);
    const double mean = (sum_[end] - sum_[begin]) / n;
    const double variance = (squares_[end] - squares_[begin]) / n - mean * mean;
    return {begin, end - begin, origin_ + mean, std::sqrt(std::max(0.0, variance))};
  }

 private:
  double origin_ = 0;
  std::vector<double> sum_{0}, squares_{0};
};

}  // namespace

double description_bits(const Group& group, std::size_t count, double range, double resolution) {
  const double n = static_cast<double>(group.size);
  const double parameter = std::log2(range / resolution + 1);
  const double spread = std::max(group.deviation, resolution);
  // -log2 of the normal density times the resolution, summed over the values: their squared
  // distances from the mean add up to n * deviation^2.
  const double share = group.deviation / spread;
  const double value = std::log2(spread / resolution * std::sqrt(2 * std::numbers::pi)) +
                       share * share / 2 * std::numbers::log2e;
  return std::log2(static_cast<double>(count)) + 2 * parameter + n * value;
}

std::vector<Group> group_series(std::span<const double> values, double resolution) {
  if (values.empty()) return {};
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  const double range = *highest - *lowest;
  const Stretches stretches(values);
  const std::size_t count = values.size();

  // fewest[i]: bits for the first i values; last[i]: where the last group of that way begins.
  std::vector<double> fewest(count + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> last(count + 1, 0);
  fewest[0] = 0;
  for (std::size_t end = 1; end <= count; ++end) {
    for (std::size_t begin = 0; begin < end; ++begin) {
      const double bits =
          fewest[begin] + description_bits(stretches.group(begin, end), count, range, resolution);
      if (bits < fewest[end]) {
        fewest[end] = bits;
        last[end] = begin;
      }
    }
  }
  std::vector<Group> groups;
  for (std::size_t end = count; end > 0; end = last[end]) {
    groups.push_back(stretches.group(last[end], end));
  }
  std::reverse(groups.begin(), groups.end());
  return groups;
}

}  // namespace ringside::harness::perf
