// SPDX-License-Identifier: BSD-3-Clause
#include "wire/latency.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace ringside::wire {
namespace {

// Values below 2^kLinearBits have a bucket each. Above, every power of two is cut into
// 2^(kLinearBits-1) buckets of equal width, which is what bounds the relative error.
constexpr unsigned kLinearBits = 9;
constexpr std::size_t kLinear = std::size_t{1} << kLinearBits;
constexpr std::size_t kPerPower = kLinear / 2;
constexpr std::size_t kBuckets = kLinear + (64 - kLinearBits) * kPerPower;
static_assert(LatencyHistogram::kRelativeError == 1.0 / kPerPower);

std::size_t bucket_of(std::uint64_t value) {
  if (value < kLinear) return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - kLinearBits;
  // value >> shift has exactly kLinearBits bits: kPerPower ... kLinear-1.
  return kLinear + (shift - 1) * kPerPower + ((value >> shift) - kPerPower);
}

/// The highest value that falls into a bucket.
std::uint64_t top_of(std::size_t bucket) {
  if (bucket < kLinear) return bucket;
  const std::size_t above = bucket - kLinear;
  const auto shift = static_cast<unsigned>(above / kPerPower + 1);
  const std::uint64_t lead = kPerPower + above % kPerPower;
  return (lead << shift) + ((std::uint64_t{1} << shift) - 1);
}

}  // namespace

LatencyHistogram::LatencyHistogram() : bucket_(kBuckets, 0) {}

void LatencyHistogram::record(std::uint64_t nanoseconds) {
  ++bucket_[bucket_of(nanoseconds)];
  ++count_;
  min_ = std::min(min_, nanoseconds);
  max_ = std::max(max_, nanoseconds);
}

void LatencyHistogram::forget() {
  std::ranges::fill(bucket_, 0);
  count_ = 0;
  min_ = UINT64_MAX;
  max_ = 0;
}

std::uint64_t LatencyHistogram::quantile(double fraction) const {
  if (count_ == 0) return 0;
  const double exact_rank = std::ceil(fraction * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(exact_rank));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += bucket_[bucket];
    if (seen >= rank) return std::clamp(top_of(bucket), min_, max_);
  }
  return max_;
}

LatencySummary LatencyHistogram::summary() const {
  return {count(), min(), quantile(0.5), quantile(0.9), quantile(0.99), quantile(0.999), max()};
}

}  // namespace ringside::wire
