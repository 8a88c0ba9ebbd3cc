// SPDX-License-Identifier: BSD-3-Clause
// The clock by which captured frames are stamped, held against CLOCK_MONOTONIC, by which programs
// of one machine note what they did and saw.
#pragma once

#include <cstdint>

namespace ringside::harness {

/// Both clocks at one moment.
struct ClockReading {
  std::uint64_t capture_ns = 0;
  std::uint64_t monotonic_ns = 0;
};

/// Two readings, as far apart as can be had: a clock that runs a little fast is known by them.
struct CaptureClock {
  ClockReading first;
  ClockReading last;

  /// The moment of a frame's stamp, by CLOCK_MONOTONIC.
  std::uint64_t monotonic_ns(std::uint64_t capture_ns) const {
    const auto passed =
        static_cast<double>(static_cast<std::int64_t>(capture_ns - first.capture_ns));
    const std::uint64_t span = last.capture_ns - first.capture_ns;
    const double speed = span == 0 ? 1
                                   : static_cast<double>(last.monotonic_ns - first.monotonic_ns) /
                                         static_cast<double>(span);
    return first.monotonic_ns +
           static_cast<std::uint64_t>(static_cast<std::int64_t>(passed * speed));
  }
};

}  // namespace ringside::harness
