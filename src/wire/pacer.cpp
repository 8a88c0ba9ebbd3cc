// SPDX-License-Identifier: BSD-3-Clause
#include "wire/pacer.hpp"

#include <algorithm>
#include <limits>

namespace ringside::wire {
namespace {

constexpr auto kNever = std::numeric_limits<std::uint64_t>::max();

std::uint64_t saturate(long double nanoseconds) {
  if (nanoseconds >= static_cast<long double>(kNever)) return kNever;
  return static_cast<std::uint64_t>(nanoseconds + 0.5L);
}

}  // namespace

// long double has 64 bits of mantissa: the products below are good to a nanosecond for centuries.
Pacer::Pacer(const Pace& pace, const pcap::Capture& capture) : kind_(pace.kind) {
  if (kind_ == Pace::Kind::kRate) scale_ = 1e9L / pace.rate;
  if (kind_ == Pace::Kind::kTiming) {
    scale_ = 1.0L / pace.speedup;
    take_times(capture);
  }
}

void Pacer::take_times(const pcap::Capture& capture) {
  const std::uint64_t first = capture[0].time_ns;
  std::uint64_t latest = 0;
  offset_ns_.reserve(capture.size());
  for (std::size_t i = 0; i < capture.size(); ++i) {
    // Captures of several queues or hosts have times that step back. The order of the file is what
    // is sent, so such a packet departs together with the one before it.
    const std::uint64_t time = capture[i].time_ns;
    latest = std::max(latest, time > first ? time - first : 0);
    offset_ns_.push_back(latest);
  }
  // The last packet of one repetition and the first of the next are as far apart as packets of this
  // capture are on average.
  const std::uint64_t gaps = capture.size() - 1;
  const std::uint64_t average = gaps == 0 ? 0 : latest / gaps;
  period_ns_ = latest + std::min(average, kNever - latest);
}

std::uint64_t Pacer::departure_ns(std::uint64_t index) const {
  switch (kind_) {
    case Pace::Kind::kAsap:
      return 0;
    case Pace::Kind::kRate:
      return saturate(static_cast<long double>(index) * scale_);
    case Pace::Kind::kTiming: {
      const std::uint64_t repetition = index / offset_ns_.size();
      const long double capture_ns =
          static_cast<long double>(repetition) * static_cast<long double>(period_ns_) +
          static_cast<long double>(offset_ns_[index % offset_ns_.size()]);
      return saturate(capture_ns * scale_);
    }
  }
  return kNever;
}

std::uint64_t Pacer::due(std::uint64_t next, std::uint64_t elapsed_ns, std::uint64_t most) const {
  std::uint64_t count = 0;
  while (count < most && departure_ns(next + count) <= elapsed_ns) ++count;
  return count;
}

}  // namespace ringside::wire
