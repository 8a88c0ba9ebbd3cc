// SPDX-License-Identifier: BSD-3-Clause
// Nanoseconds from the time stamp counter: all processes of a machine read the same one.
#pragma once

#include <rte_cycles.h>

#include <chrono>
#include <cstdint>

namespace ringside::dpdk {

class TscClock {
 public:
  /// Its zero is now. EAL must be up: it has measured the counter's frequency.
  TscClock()
      : ns_per_tick_((std::uint64_t{1'000'000'000} << kFraction) / ::rte_get_tsc_hz()),
        start_tsc_(::rte_rdtsc()),
        start_wall_ns_(
            static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                           std::chrono::system_clock::now().time_since_epoch())
                                           .count())) {}

  static std::uint64_t tsc() { return ::rte_rdtsc(); }
  static std::uint64_t ticks_per_second() { return ::rte_get_tsc_hz(); }
  /// A length of time.
  std::uint64_t to_ns(std::uint64_t ticks) const {
    return static_cast<std::uint64_t>((Wide{ticks} * ns_per_tick_) >> kFraction);
  }
  /// Nanoseconds since this clock was made.
  std::uint64_t since_start_ns(std::uint64_t tsc) const { return to_ns(tsc - start_tsc_); }
  /// Nanoseconds since 1970-01-01 UTC, for a reading at or after the clock's start. Runs on from
  /// one reading of the system's clock, so it never steps.
  std::uint64_t wall_ns(std::uint64_t tsc) const { return start_wall_ns_ + since_start_ns(tsc); }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr unsigned kFraction = 32;  // 2^-32 ns per tick: less than a nanosecond per second

  std::uint64_t ns_per_tick_;  ///< fixed point
  std::uint64_t start_tsc_;
  std::uint64_t start_wall_ns_;
};

}  // namespace ringside::dpdk
