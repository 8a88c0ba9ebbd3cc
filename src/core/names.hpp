// SPDX-License-Identifier: BSD-3-Clause
// Names under which processes find each other's objects. DPDK's limits: mempool 25 characters,
// ring 28, memzone 31 (src/dpdk checks them).
#pragma once

#include <fmt/format.h>

#include <string>

#include "core/ids.hpp"

namespace ringside::names {

inline constexpr const char* kMbufPool = "mbuf_pool";
inline constexpr const char* kWirePool = "wire_pool";
inline constexpr const char* kSharedInfo = "MProc_Shared_Info";
/// mbuf dynamic field in which mp_wire keeps the TSC at which it sent a packet.
inline constexpr const char* kSendTimeField = "ringside_send_tsc";
/// mbuf dynamic field in which the server keeps by which port a packet came in.
inline constexpr const char* kInputField = "ringside_input_port";

inline std::string work_ring(ClientId id) {
  return fmt::format("MProc_Client_RX_{}", id.value);
}
inline std::string return_ring(ClientId id) {
  return fmt::format("MProc_Client_TX_{}", id.value);
}
/// Ring that carries packets from the wire into the server's RX queue 0 of a ring port.
inline std::string wire_rx_ring(unsigned wire_port) {
  return fmt::format("MProc_Wire_RX_{}", wire_port);
}
/// Ring that carries packets from TX queue `queue` of a ring port to the wire.
inline std::string wire_tx_ring(unsigned wire_port, unsigned queue) {
  return fmt::format("MProc_Wire_TX_{}_{}", wire_port, queue);
}

}  // namespace ringside::names
