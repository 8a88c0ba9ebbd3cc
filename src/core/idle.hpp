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

/// One per loop. Adaptive: spin for a moment, then give the CPU away, then sleep kIdleSleep at a
/// time (as long again by the kernel's timer slack); the first work found starts it over.
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

  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  void sleep() const;

  IdleMode mode_;
  std::uint32_t quiet_turns_ = 0;
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
