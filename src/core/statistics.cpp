// SPDX-License-Identifier: BSD-3-Clause
#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ringside {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::uint32_t nearest_rank(std::span<const std::uint32_t> sorted, double fraction) {
  if (sorted.empty()) return 0;
  const double count = static_cast<double>(sorted.size());
  // 0.9 of 10 is the ninth, although 0.9 * 10 is a little more than 9 for a computer.
  const double rank = std::ceil(fraction * count - 1e-9);
  return sorted[static_cast<std::size_t>(std::clamp(rank, 1.0, count)) - 1];
}

double relative_spread(const std::vector<double>& values) {
  const double middle = median(values);
  if (middle <= 0) return 0;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return (*most - *least) / middle;
}

double relative_difference(double a, double b) {
  if (!(a > 0) || !(b > 0)) return std::numeric_limits<double>::infinity();
  return std::max(a, b) / std::min(a, b) - 1;
}

std::vector<int> groups_by_gap(const std::vector<double>& values, double factor) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<int> groups(values.size(), -1);
  int group = 0;
  double previous = 0;
  for (const std::size_t i : order) {
    if (!(values[i] > 0)) continue;
    if (previous > 0 && values[i] > previous * factor) ++group;
    previous = values[i];
    groups[i] = group;
  }
  return groups;
}

}  // namespace ringside
