// SPDX-License-Identifier: BSD-3-Clause
#include "core/idle.hpp"

#include <fmt/format.h>

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

void Idle::sleep() const {
  std::this_thread::sleep_for(kIdleSleep);
}

void spend(std::chrono::nanoseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  if (time >= std::chrono::microseconds(100)) std::this_thread::sleep_until(until);
  while (std::chrono::steady_clock::now() < until) {
  }
}

}  // namespace ringside
