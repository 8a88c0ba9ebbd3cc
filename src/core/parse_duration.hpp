// SPDX-License-Identifier: BSD-3-Clause
// Lengths of time on command lines.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "core/parse_number.hpp"

namespace ringside {

/// "500ms", "2s", "0.5s", "1.5": a plain number is seconds. Nothing for anything else, for less
/// than nothing and for more than a day.
inline std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  constexpr double kDay = 86400;
  double unit = 1;
  if (text.ends_with("ms")) {
    unit = 1e-3;
    text.remove_suffix(2);
  } else if (text.ends_with('s')) {
    text.remove_suffix(1);
  }
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const double seconds = number * unit;
  if (error != std::errc{} || last != end || !(seconds >= 0 && seconds <= kDay)) {
    return std::nullopt;
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9 + 0.5));
}

}  // namespace ringside
