// SPDX-License-Identifier: BSD-3-Clause
// Waiting. The only file of the project's programs in which a thread sleeps, but for the client's
// worker, which the server wakes (dpdk/doorbell.hpp).
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
/// Of a CPU, which sleeping so may take for long: what a short sleep costs depends on the machine.
inline constexpr double kIdleShare = 0.04;
inline constexpr std::chrono::milliseconds kLongestIdleSleep{1};

/// What a sleep lasts and takes of the CPU.
struct SleepTimes {
  std::chrono::nanoseconds wall;
  std::chrono::nanoseconds cpu;
};

/// How long to ask for in place of `asked`, which lasts and costs `each`: so long that sleeping
/// takes no more than kIdleShare, but at most kLongestIdleSleep.
std::chrono::nanoseconds affordable_sleep(std::chrono::nanoseconds asked, SleepTimes each);

/// One per loop. Adaptive: spin for a moment, then give the CPU away, then sleep kIdleSleep at a
/// time (as long again by the kernel's timer slack), after kDozes sleeps what is affordable; the
/// first work found starts it over.
class Idle {
 public:
  explicit Idle(IdleMode mode) : mode_(mode) {}

  void worked() { quiet_turns_ = 0; }

  void found_nothing() {
    found_nothing([this] { sleep(); });
  }
  /// With another way to sleep.
  template <typename Sleep>
  void found_nothing(Sleep&& sleep) {
    if (mode_ == IdleMode::kSpin) return relax();
    ++quiet_turns_;
    if (mode_ == IdleMode::kAdaptive && quiet_turns_ <= kSpinTurns) return relax();
    if (mode_ == IdleMode::kYield || quiet_turns_ <= kYieldTurns) return std::this_thread::yield();
    sleep();
  }

 private:
  static constexpr std::uint32_t kSpinTurns = 64;
  static constexpr std::uint32_t kYieldTurns = 512;
  static constexpr std::uint32_t kDozes = 4096;  ///< half a second

  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  void sleep();

  IdleMode mode_;
  std::uint32_t quiet_turns_ = 0;
  std::chrono::nanoseconds asked_ = kIdleSleep;
  SleepTimes begin_{};  ///< of the first sleep: the time, and what the thread had of the CPU
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
