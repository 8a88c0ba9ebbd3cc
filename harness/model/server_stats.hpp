// SPDX-License-Identifier: BSD-3-Clause
// What a server says about itself when it stops: schema ringside.server/1 of docs/interfaces.md,
// whose field names these are. Counters are packets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ringside::harness {

struct ServerConfigStats {
  std::string policy;
  unsigned clients = 0;
  unsigned ring_size = 0;
  std::string ring_mode;
  std::string tx;
  std::string on_full;
  unsigned start_after = 0;
  unsigned burst = 0;
  std::string idle;
  unsigned max_frame = 0;
  std::uint64_t mbufs = 0;
  std::vector<unsigned> lcores;
};

struct ServerPortStats {
  unsigned index = 0;
  unsigned dpdk_id = 0;
  std::string name;
  std::string driver;
  std::string mac;
  unsigned peer = 0;
  std::uint64_t received = 0;
  std::uint64_t transmitted = 0;
  std::uint64_t tx_full = 0;
  std::uint64_t missed = 0;
  std::uint64_t no_mbuf = 0;
  std::uint64_t errors = 0;
};

struct ServerRingStats {
  std::string name;
  std::uint64_t size = 0;
  std::uint64_t capacity = 0;
  std::uint64_t used = 0;
  std::uint64_t peak = 0;
};

struct ServerClientStats {
  unsigned id = 0;
  std::string state;
  std::uint64_t generation = 0;
  std::int64_t pid = 0;
  std::vector<unsigned> lcores;
  std::uint64_t handed = 0;
  std::uint64_t returned = 0;
  std::uint64_t recovered = 0;      ///< taken back after a death, for other clients
  std::uint64_t lost_in_crash = 0;  ///< direct mode: could not be taken back
  std::uint64_t sent = 0;
  std::uint64_t ring_full = 0;
  std::uint64_t handler_drop = 0;
  std::uint64_t tx_full = 0;
  std::uint64_t in_flight = 0;
  ServerRingStats ring;
};

struct ServerPoolStats {
  std::string name;
  std::uint64_t size = 0;
  std::int64_t in_use = 0;  ///< less than none: some were given back twice
  std::int64_t baseline = 0;
};

struct ServerCaptureStats {
  std::string file;
  bool truncated_by_late_process = false;
};

/// What became of a client, as the server saw it.
struct ServerEvent {
  std::uint64_t number = 0;
  std::string kind;  ///< as core's EventKind
  unsigned client = 0;
  std::uint64_t generation = 0;
  std::int64_t pid = 0;
  std::uint64_t packets = 0;       ///< "recovered": taken out of the dead client's debt
  std::uint64_t lost = 0;          ///< "recovered": lost in its hands
  std::uint64_t monotonic_ns = 0;  ///< CLOCK_MONOTONIC
};

struct LedgerDrop {
  std::string place;
  std::string reason;
  std::optional<unsigned> client;
  std::uint64_t packets = 0;

  /// `place.reason`, with `.client` appended where there is one.
  std::string key() const;
};

struct LedgerStats {
  std::uint64_t received = 0;
  std::uint64_t transmitted = 0;
  std::uint64_t dropped = 0;
  std::uint64_t in_flight = 0;
  bool balanced = false;
  std::int64_t missing = 0;
  std::vector<LedgerDrop> drops;
};

struct ServerStats {
  std::string version;
  std::string dpdk;
  std::int64_t pid = 0;
  std::string state;
  std::string memory;
  ServerConfigStats config;
  std::vector<ServerPortStats> ports;
  std::vector<ServerClientStats> clients;
  std::vector<ServerPoolStats> mempools;
  std::uint64_t parse_truncated = 0;
  std::uint64_t parse_malformed = 0;
  std::vector<ServerCaptureStats> captures;
  /// The last ones, in their order; nothing for a server that keeps none.
  std::optional<std::vector<ServerEvent>> events;
  LedgerStats ledger;
};

/// Parses final statistics. `name` is the file's, for the error: one sentence that names the field
/// at fault. Fields beyond the schema are ignored, a missing or mistyped one is an error.
Result<ServerStats> parse_server_stats(std::string_view json, std::string_view name);

/// Reads and parses the file that `mp_server --stats-file` wrote.
Result<ServerStats> read_server_stats(const std::string& path);

}  // namespace ringside::harness
