// SPDX-License-Identifier: BSD-3-Clause
// Typed ids. A number from a command line or a packet becomes one of these once, range-checked at
// the edge; inside, no raw index travels.
#pragma once

#include <compare>
#include <cstdint>

namespace ringside {

inline constexpr unsigned kMaxClients = 16;  ///< as in the lesson
inline constexpr unsigned kMaxPorts = 32;    ///< RTE_MAX_ETHPORTS of a stock build
inline constexpr unsigned kMaxLcores = 128;  ///< RTE_MAX_LCORE of a stock build

/// A client, 0 ... kMaxClients-1: the -n of mp_client, the %u of its ring's name.
struct ClientId {
  std::uint8_t value = 0;
  auto operator<=>(const ClientId&) const = default;
};

/// Position of a port among those in the server's port mask, 0 ... ports-1; ports are paired by it
/// (0 with 1, 2 with 3). Not DPDK's port id: that one is PortInfo::dpdk_id.
struct PortIndex {
  std::uint8_t value = 0;
  auto operator<=>(const PortIndex&) const = default;
  /// The port a packet received here leaves from.
  constexpr PortIndex peer() const { return {static_cast<std::uint8_t>(value ^ 1u)}; }
};

}  // namespace ringside
