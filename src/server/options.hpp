// SPDX-License-Identifier: BSD-3-Clause
// The application's part of mp_server's command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/burst.hpp"
#include "core/event_log.hpp"
#include "core/idle.hpp"
#include "core/policy.hpp"
#include "core/result.hpp"
#include "core/ring_mode.hpp"
#include "core/shared_layout.hpp"

namespace ringside::server {

enum class OnFull : std::uint8_t { kDrop, kWait };
const char* to_text(OnFull on_full);
enum class OnNoClient : std::uint8_t { kWait, kDrop };
const char* to_text(OnNoClient on_no_client);
const char* to_text(shared::TxMode mode);

struct Options {
  std::uint32_t port_mask = 0;  ///< bit i: the i-th port, as DPDK numbers them
  unsigned clients = 0;
  Policy policy = Policy::kRoundRobin;
  unsigned ring_size = 4096;  ///< of work and return rings
  RingMode ring_mode = RingMode::kSpSc;
  shared::TxMode tx = shared::TxMode::kReturn;
  OnFull on_full = OnFull::kDrop;
  OnNoClient on_no_client = OnNoClient::kWait;
  unsigned start_after = 1;
  std::chrono::nanoseconds heartbeat_timeout = std::chrono::seconds(1);
  bool evict_hung = false;                    ///< kill a client that does not move for so long
  unsigned burst = default_burst(ring_size);  ///< packets handled at once, of a port or a client
  IdleMode idle = IdleMode::kAdaptive;
  unsigned max_frame = 1522;
  std::vector<std::string> ring_ports;
  std::chrono::nanoseconds stats_period{0};  ///< 0: no screen
  std::string stats_file;                    ///< empty: none
  unsigned keep_events = EventLog::kRoom;    ///< of what became of clients, the last so many
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(5);
};

/// `words`: what stands after "--". Error kUsage with one sentence.
Result<Options> parse_options(const std::vector<std::string>& words);

/// Text of --help.
std::string help();

}  // namespace ringside::server
