// SPDX-License-Identifier: BSD-3-Clause
// Waiting. The only file of the project's programs in which a thread sleeps, but for those that
// another one wakes (dpdk/doorbell.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "core/result.hpp"

namespace ringside {

/// What a data path loop does when a turn found no work.
enum class IdleMode : std::uint8_t { kSpin, kYield, kAdaptive };

Result<IdleMode> parse_idle_mode(const std::string& text);
const char* to_text(IdleMode mode);

/// How long an adaptive loop without work asks to sleep at a time.
inline constexpr std::chrono::microseconds kIdleSleep{50};
/// How much of a CPU such a loop should take, and how long it may sleep at most for that: what a
/// short sleep costs depends on the machine.
inline constexpr double kIdleShare = 0.03;
inline constexpr std::chrono::microseconds kLongestIdleSleep{750};

/// Time on the clock, and of the thread on a CPU.
struct SleepTimes {
  std::chrono::nanoseconds wall;
  std::chrono::nanoseconds cpu;
};

/// How long to ask for in place of `asked`, which lasts and costs `each`: so long that sleeping
/// takes kIdleShare, between kIdleSleep and kLongestIdleSleep.
std::chrono::nanoseconds affordable_sleep(std::chrono::nanoseconds asked, SleepTimes each);

/// The lengths of sleeps in a row: kIdleSleep at first, for half a second, then what is affordable,
/// found out anew every kDozes sleeps.
class SleepLengths {
 public:
  static constexpr std::uint32_t kDozes = 4096;

  /// What to ask for in the `nth` sleep since there was work, from 1 on. `now`: called seldom.
  template <typename Now>
  std::chrono::nanoseconds next(std::uint32_t nth, Now&& now) {
    if (nth % kDozes != 1) return asked_;
    const SleepTimes times = now();
    asked_ = nth == 1 ? kIdleSleep
                      : affordable_sleep(asked_, {(times.wall - begin_.wall) / kDozes,
                                                  (times.cpu - begin_.cpu) / kDozes});
    begin_ = times;
    return asked_;
  }

 private:
  std::chrono::nanoseconds asked_ = kIdleSleep;
  SleepTimes begin_{};
};

/// One per loop. Adaptive: spin for a moment, then give the CPU away, then sleep kIdleSleep at a
/// time (as long again by the kernel's timer slack); the first work found starts it over.
class Idle {
 public:
  /// The calling thread's time on a CPU so far.
  using CpuTime = std::chrono::nanoseconds (*)();

  /// With `cpu_time` sleeps become longer where they are dear (SleepLengths).
  explicit Idle(IdleMode mode, CpuTime cpu_time = nullptr) : mode_(mode), cpu_time_(cpu_time) {}

  void worked() { quiet_turns_ = 0; }

  void found_nothing() {
    found_nothing([](std::chrono::nanoseconds length) { std::this_thread::sleep_for(length); });
  }
  /// With another way to sleep than sleep(length).
  template <typename Sleep>
  void found_nothing(Sleep&& sleep) {
    if (mode_ == IdleMode::kSpin) return relax();
    ++quiet_turns_;
    if (mode_ == IdleMode::kAdaptive && quiet_turns_ <= kSpinTurns) return relax();
    if (mode_ == IdleMode::kYield || quiet_turns_ <= kYieldTurns) return std::this_thread::yield();
    sleep(next_length());
  }

 private:
  static constexpr std::uint32_t kSpinTurns = 64;
  static constexpr std::uint32_t kYieldTurns = 512;

  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  std::chrono::nanoseconds next_length();

  IdleMode mode_;
  CpuTime cpu_time_;
  std::uint32_t quiet_turns_ = 0;
  SleepLengths lengths_;
};

/// Takes at least `time`: short times in a loop, so that they are exact, long ones asleep.
void spend(std::chrono::nanoseconds time);

/// Calls `ready` until it says true or `timeout` has passed; true when it became ready.
template <typename Ready>
bool poll_until(std::chrono::nanoseconds timeout, Ready&& ready,
                std::chrono::microseconds step = std::chrono::milliseconds(2)) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!ready()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(step);
  }
  return true;
}

}  // namespace ringside
