// SPDX-License-Identifier: BSD-3-Clause
// Joining the server: a request, its answer, and what a client is afterwards.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/shared_layout.hpp"
#include "dpdk/peer_process.hpp"

namespace ringside::client {

/// A client that the server has admitted.
struct Membership {
  ClientId id;
  std::uint32_t pid = 0;
  std::uint32_t generation = 0;
};

/// What a client tells of itself.
struct Applicant {
  ClientId id;
  shared::LcoreSet lcores{};
  unsigned numa_node = 0;
  std::string dpdk_version;
};

/// Holds on to the process of the server that made `info`. Error kServerGone when it has ended.
Result<dpdk::PeerProcess> watch_server(const shared::SharedInfo& info);

/// The server has taken back all it will ever take.
inline bool server_stopped(const shared::SharedInfo& info) {
  return info.server_state.load(std::memory_order_acquire) ==  // pairs: Control::publish()
         static_cast<std::uint32_t>(shared::ServerState::kStopped);
}

/// "the server (process N) ended without saying so..."
Error server_gone(const shared::SharedInfo& info);

/// Asks the server until it answers. Errors: kUsage when the server has no such id, kEnvironment
/// when it refuses or the holder of the id or of an lcore is still leaving after `wait`,
/// kServerGone when it has ended, kTimedOut when it does not answer within `wait`, kInterrupted
/// when `cancelled` says so.
Result<Membership> join(const shared::SharedInfo& info, const Applicant& applicant,
                        const dpdk::PeerProcess& server, std::chrono::nanoseconds wait,
                        const std::function<bool()>& cancelled);

}  // namespace ringside::client
