// SPDX-License-Identifier: BSD-3-Clause
#include "core/idle.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringside {

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
  return std::clamp<std::chrono::nanoseconds>(asked + needed - each.wall, kIdleSleep,
                                              kLongestIdleSleep);
}

std::chrono::nanoseconds Idle::next_length() {
  if (cpu_time_ == nullptr) return kIdleSleep;
  return lengths_.next(quiet_turns_ - kYieldTurns, [this]() -> SleepTimes {
    return {std::chrono::steady_clock::now().time_since_epoch(), cpu_time_()};
  });
}

void spend(std::chrono::nanoseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  if (time >= std::chrono::microseconds(100)) std::this_thread::sleep_until(until);
  while (std::chrono::steady_clock::now() < until) {
  }
}

}  // namespace ringside
