// SPDX-License-Identifier: BSD-3-Clause
// How long a cache line takes from one CPU to another and back. Small virtual machines switch
// between speeds several times apart without saying so; this figure says so.
#pragma once

#include <chrono>

namespace ringside::bench {

/// Two threads, one on each CPU, hand a cache line to and fro for `time`. Nanoseconds for one round
/// trip: the median over stretches of 64, so that a preemption does not count. 0 when the two never
/// met. Precondition: two different CPUs.
double line_round_trip_ns(unsigned cpu_a, unsigned cpu_b, std::chrono::nanoseconds time);

}  // namespace ringside::bench
