// SPDX-License-Identifier: BSD-3-Clause
// The protocol numbers that decide how a packet is read (IANA, Assigned Internet Protocol Numbers).
#pragma once

#include <cstdint>

namespace ringside {

inline constexpr std::uint8_t kHopByHop = 0, kTcp = 6, kUdp = 17, kRouting = 43, kFragment = 44,
                              kAh = 51, kDestinationOptions = 60, kSctp = 132, kMobility = 135;

/// Whether the header of `protocol` begins with a source and a destination port of 16 bits each.
constexpr bool has_ports(std::uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kSctp;
}

}  // namespace ringside
