// SPDX-License-Identifier: BSD-3-Clause
// Whole numbers from command lines. (CLI11 2.1 takes an empty word for 0.)
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace ringside {

/// The number that all of `text` spells in `base`, or nothing.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc{} || last != end) return std::nullopt;
  return number;
}

}  // namespace ringside
