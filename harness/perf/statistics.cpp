// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/statistics.hpp"

#include <algorithm>
#include <cmath>

#include "core/statistics.hpp"

namespace ringside::harness::perf {

std::vector<double> log_ratios(std::span<const double> base, std::span<const double> head) {
  std::vector<double> ratios(base.size());
  for (std::size_t i = 0; i < base.size(); ++i) ratios[i] = std::log(head[i] / base[i]);
  return ratios;
}

double percent(double log_ratio) {
  return 100 * std::expm1(log_ratio);
}

std::optional<std::size_t> median_bound_index(std::size_t count, double alpha) {
  const double n = static_cast<double>(count);
  std::optional<std::size_t> index;
  double below = 0;  // P(B <= r)
  for (std::size_t r = 0; 2 * r < count; ++r) {
    const double k = static_cast<double>(r);
    below += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) -
                      n * std::log(2.0));
    if (below > alpha) break;
    index = r;
  }
  return index;
}

std::size_t fewest_for_bound(double alpha) {
  std::size_t count = 1;
  while (!median_bound_index(count, alpha)) ++count;
  return count;
}

std::optional<MedianBounds> median_bounds(std::vector<double> values, double alpha) {
  const auto index = median_bound_index(values.size(), alpha);
  if (!index) return std::nullopt;
  std::sort(values.begin(), values.end());
  const double lower = values[*index], upper = values[values.size() - 1 - *index];
  return MedianBounds{lower, median(std::move(values)), upper};
}

}  // namespace ringside::harness::perf
