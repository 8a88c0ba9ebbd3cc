// SPDX-License-Identifier: BSD-3-Clause
// Percentiles of many latencies in fixed space: a histogram whose buckets grow with the value, as
// HdrHistogram's do (hdrhistogram.org), so that every figure is right to within kRelativeError.
#pragma once

#include <cstdint>
#include <vector>

#include "wire/replies.hpp"

namespace ringside::wire {

class LatencyHistogram {
 public:
  /// A reported percentile lies between the exact one and (1 + kRelativeError) times that.
  static constexpr double kRelativeError = 1.0 / 256;

  LatencyHistogram();

  /// Any value counts; there is no overflow bucket. Allocates nothing.
  void record(std::uint64_t nanoseconds);
  /// As if nothing had been recorded. Allocates nothing.
  void forget();

  std::uint64_t count() const { return count_; }
  std::uint64_t min() const { return count_ == 0 ? 0 : min_; }  ///< exact
  std::uint64_t max() const { return max_; }                    ///< exact
  /// The smallest value that at least `fraction` of the recorded ones do not exceed (nearest rank);
  /// 0 when nothing was recorded. Precondition: 0 <= fraction <= 1.
  std::uint64_t quantile(double fraction) const;

  LatencySummary summary() const;

 private:
  std::vector<std::uint64_t> bucket_;
  std::uint64_t count_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
};

}  // namespace ringside::wire
