// SPDX-License-Identifier: BSD-3-Clause
// Signs that something else had the CPU while a benchmark ran.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ringside::harness::perf {

/// What happened during a run, or, as counters, since the machine and the process began.
struct Disturbance {
  std::uint64_t steal_ticks = 0;  ///< the CPU was taken by the hypervisor (10 ms each)
  std::uint64_t switches = 0;     ///< the process was taken off the CPU against its will

  bool any() const { return steal_ticks > 0 || switches > 0; }
  Disturbance operator-(const Disturbance& earlier) const {
    return {steal_ticks - earlier.steal_ticks, switches - earlier.switches};
  }
  Disturbance& operator+=(const Disturbance& other) {
    steal_ticks += other.steal_ticks;
    switches += other.switches;
    return *this;
  }
  bool operator==(const Disturbance&) const = default;
};

/// The steal time of a CPU in the text of /proc/stat (proc(5): the eighth number of "cpuN").
std::optional<std::uint64_t> steal_ticks_in(std::string_view proc_stat, unsigned cpu);

/// The involuntary context switches in the text of /proc/PID/status.
std::optional<std::uint64_t> involuntary_switches_in(std::string_view status);

/// Both counters now, summed over the CPUs and over the process's threads. What cannot be read
/// counts as 0.
Disturbance disturbance_counters(std::span<const unsigned> cpus, int pid);

}  // namespace ringside::harness::perf
