// SPDX-License-Identifier: BSD-3-Clause
// Words that the forms of the report share.
#pragma once

#include "core/slot_state.hpp"
#include "server/report.hpp"

namespace ringside::server {

using ringside::to_text;  // hidden by the to_text() of this namespace otherwise

inline const char* state_text(shared::ServerState state) {
  switch (state) {
    case shared::ServerState::kStarting:
      return "starting";
    case shared::ServerState::kWaiting:
      return "waiting";
    case shared::ServerState::kRunning:
      return "running";
    case shared::ServerState::kDraining:
      return "draining";
    case shared::ServerState::kStopped:
      return "stopped";
  }
  return "unknown";
}

inline std::uint64_t heartbeat_timeout_ms(const Options& options) {
  return static_cast<std::uint64_t>(options.heartbeat_timeout / std::chrono::milliseconds(1));
}

inline const char* memory_text(const Identity& identity) {
  return identity.eal.hugepages ? "hugepages" : "no-huge";
}

}  // namespace ringside::server
