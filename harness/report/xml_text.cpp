// SPDX-License-Identifier: BSD-3-Clause
#include "harness/report/xml_text.hpp"

#include <array>
#include <cstdint>

namespace ringside::harness {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

struct Character {
  std::uint32_t code = 0;
  std::size_t length = 0;  // bytes; 0: no UTF-8 begins here
};

/// RFC 3629: the shortest form only, nothing above U+10FFFF.
Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
  std::uint32_t code = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10ffff) return {};
  return {code, length};
}

bool is_xml_char(std::uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return !surrogate && code != 0xfffe && code != 0xffff;
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [code, length] = decode(text);
    const bool fits = length != 0 && is_xml_char(code);
    out += fits ? text.substr(0, length) : kReplacement;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace ringside::harness
