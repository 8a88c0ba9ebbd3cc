// SPDX-License-Identifier: BSD-3-Clause
// What it costs to sleep. A program that looks for work every so often can be no cheaper and no
// quicker than this; on a virtual machine that is ten times what it is on bare metal.
#pragma once

#include <chrono>

namespace ringside::host {

/// Of one sleep, mean, in nanoseconds.
struct SleepCost {
  double lasts_ns = 0;
  double cpu_ns = 0;

  /// Of one CPU, for a thread that does nothing else.
  double share() const { return cpu_ns / lasts_ns; }
};

/// The calling thread sleeps `asked` again and again until `time` has passed, once at least.
/// Precondition: `asked` is positive.
SleepCost sleep_cost(std::chrono::nanoseconds asked, std::chrono::nanoseconds time);

}  // namespace ringside::host
