// SPDX-License-Identifier: BSD-3-Clause
// How long a cache line takes from one CPU to another and back. Small virtual machines switch
// between speeds several times apart without saying so; this figure says so.
#pragma once

#include <chrono>

#include "core/statistics.hpp"

namespace ringside::host {

/// Two threads, one on each CPU, hand a cache line to and fro for `time`. Nanoseconds for one round
/// trip: the median over stretches of 64, so that a preemption does not count. 0 when the two never
/// met. Precondition: two different CPUs.
double line_round_trip_ns(unsigned cpu_a, unsigned cpu_b, std::chrono::nanoseconds time);

/// Figures of many samples that lie further apart, with none in between, are of different speeds.
inline constexpr double kOtherSpeed = 1.6;

/// Whether two of these figures, before and after a sample, tell of one speed of the machine: they
/// differ by at most a quarter. A missing one (0) agrees with nothing.
inline bool same_speed(double before_ns, double after_ns) {
  return relative_difference(before_ns, after_ns) <= 0.25;
}

}  // namespace ringside::host
