// SPDX-License-Identifier: BSD-3-Clause
// What server and clients of the classic method share. The method, as the lesson on DPDK's
// client_server_mp example tells it: round robin, rings of 128, after each receive burst a flush
// that hands over all or nothing, clients that transmit by themselves through a default mempool.
// Written again as the yardstick of `ringside bench forward`, behind the command line and the
// telemetry of mp_server and mp_client, as far as the harness needs them.
#pragma once

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "core/ids.hpp"

namespace ringside::classic {

constexpr unsigned kRingSize = 128;
constexpr unsigned kBurst = 32;
constexpr unsigned kDescriptors = 1024;
constexpr unsigned kPoolCache = 512;
constexpr const char* kPool = "classic_pool";
constexpr const char* kZone = "classic_info";

inline std::string ring_name(unsigned client) {
  return fmt::format("classic_ring_{}", client);
}

/// Each block has one writer, the client it is named after.
struct alignas(64) ClientBlock {
  std::atomic<std::int64_t> pid{0};  ///< 0: not yet there, or done with the ring
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> sent{0};
};

/// The memory zone.
struct Info {
  std::uint32_t clients = 0;
  std::uint32_t ports = 0;
  std::atomic<bool> ending{false};  ///< by the server, whose rings are going to be freed
  std::array<ClientBlock, kMaxClients> client;
};

}  // namespace ringside::classic
