// SPDX-License-Identifier: BSD-3-Clause
// The protocol numbers that decide how a packet is read (IANA, Assigned Internet Protocol Numbers).
#pragma once

#include <array>
#include <cstdint>

namespace ringside {

inline constexpr std::uint8_t kHopByHop = 0, kTcp = 6, kUdp = 17, kRouting = 43, kFragment = 44,
                              kAh = 51, kDestinationOptions = 60, kSctp = 132, kMobility = 135;

namespace detail {

constexpr std::array<bool, 256> make_has_ports() {
  std::array<bool, 256> table{};
  for (const std::uint8_t protocol : {kTcp, kUdp, kSctp}) table[protocol] = true;
  return table;
}

inline constexpr auto kHasPorts = make_has_ports();

}  // namespace detail

/// Whether the header of `protocol` begins with a source and a destination port of 16 bits each.
constexpr bool has_ports(std::uint8_t protocol) {
  return detail::kHasPorts[protocol];
}

}  // namespace ringside
