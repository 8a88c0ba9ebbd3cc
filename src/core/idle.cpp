// SPDX-License-Identifier: BSD-3-Clause
#include "core/idle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace ringside {
namespace {

std::chrono::nanoseconds now_of(clockid_t clock) {
  std::timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Result<IdleMode> parse_idle_mode(const std::string& text) {
  for (const IdleMode mode : {IdleMode::kSpin, IdleMode::kYield, IdleMode::kAdaptive}) {
    if (text == to_text(mode)) return mode;
  }
  return Error{fmt::format("unknown --idle '{}'; use spin, yield or adaptive", text)};
}

const char* to_text(IdleMode mode) {
  switch (mode) {
    case IdleMode::kSpin:
      return "spin";
    case IdleMode::kYield:
      return "yield";
    case IdleMode::kAdaptive:
      return "adaptive";
  }
  return "?";
}

std::chrono::nanoseconds affordable_sleep(std::chrono::nanoseconds asked, SleepTimes each) {
  const auto needed = std::chrono::duration_cast<std::chrono::nanoseconds>(each.cpu / kIdleShare);
  if (needed <= each.wall) return asked;
  return std::min<std::chrono::nanoseconds>(asked + needed - each.wall, kLongestIdleSleep);
}

void Idle::sleep() {
  const std::uint32_t sleeps = quiet_turns_ - kYieldTurns;
  if (sleeps == 1) {
    asked_ = kIdleSleep;
    begin_ = {now_of(CLOCK_MONOTONIC), now_of(CLOCK_THREAD_CPUTIME_ID)};
  }
  std::this_thread::sleep_for(asked_);
  if (sleeps == kDozes) {
    asked_ =
        affordable_sleep(kIdleSleep, {(now_of(CLOCK_MONOTONIC) - begin_.wall) / kDozes,
                                      (now_of(CLOCK_THREAD_CPUTIME_ID) - begin_.cpu) / kDozes});
  }
}

void spend(std::chrono::nanoseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  if (time >= std::chrono::microseconds(100)) std::this_thread::sleep_until(until);
  while (std::chrono::steady_clock::now() < until) {
  }
}

}  // namespace ringside
