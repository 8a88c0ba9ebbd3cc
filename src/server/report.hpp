// SPDX-License-Identifier: BSD-3-Clause
// The server's books at one moment, and the forms in which they are shown: screen, JSON
// (ringside.server/1 of docs/interfaces.md), telemetry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/event_log.hpp"
#include "core/ledger.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/telemetry.hpp"
#include "server/control_books.hpp"
#include "server/data_path.hpp"

namespace ringside::server {

struct PoolReport {
  dpdk::MempoolView pool;
  std::int64_t baseline = 0;  ///< mbufs in use before the first packet
};

/// What does not change while the server runs.
struct Identity {
  dpdk::EalFacts eal;
  std::vector<dpdk::PortFacts> ports;
  std::vector<std::string> work_rings;
  std::vector<unsigned> lcores;
  unsigned mbufs = 0;
  std::vector<PoolReport> pools;
};

struct PortSnapshot {
  std::uint64_t received = 0, transmitted = 0, tx_full = 0;
  dpdk::DriverLosses losses;
};

struct ClientSnapshot {
  shared::SlotState state{};
  std::uint32_t generation = 0, pid = 0;
  std::vector<unsigned> lcores;
  std::uint64_t handed = 0, returned = 0, sent = 0;
  std::uint64_t ring_full = 0, handler_drop = 0, tx_full = 0, undelivered = 0;
  std::uint64_t moving = 0;                      ///< dropped while its flow moved to this client
  std::uint64_t recovered = 0;                   ///< taken back after its death, for the others
  std::uint64_t lost_in_crash = 0;               ///< direct mode: could not be taken back
  std::uint64_t out_of_order = 0, not_owed = 0;  ///< what it returned wrongly
  std::uint64_t in_flight = 0;
  unsigned ring_used = 0, ring_peak = 0, ring_capacity = 0;
};

/// A net_pcap output file that a process which attached late has emptied.
struct CaptureReport {
  std::string file;
  bool truncated_by_late_process = false;
};

/// An event with its number among all.
struct NumberedEvent {
  std::uint64_t number = 0;
  Event event;
};

struct Snapshot {
  shared::ServerState state{};
  std::vector<PortSnapshot> ports;
  std::vector<ClientSnapshot> clients;
  std::vector<std::int64_t> mempool_in_use;  ///< parallel to Identity::pools
  std::uint64_t truncated = 0, malformed = 0;
  std::uint64_t no_client = 0, homeless = 0;
  std::vector<CaptureReport> captures;
  ControlBooks control;               ///< filled by whoever has it
  std::vector<NumberedEvent> events;  ///< so is this: those that are kept, in their order
  Ledger ledger;
};

/// Reads all counters. Exact when nothing moves; any thread.
Snapshot take_snapshot(const DataPath& path, const Identity& identity);

/// The events that are kept, from number `from` on, at most `most` of them.
std::vector<NumberedEvent> kept_events(const EventLog& log, std::uint64_t from = 0,
                                       std::size_t most = EventLog::kMostRoom);

/// The answer to the lesson's client_request: one line.
std::string to_line(const Snapshot& snapshot);
std::string to_screen(const Snapshot& snapshot, const Identity& identity, const Options& options);
std::string to_json(const Snapshot& snapshot, const Identity& identity, const Options& options);

dpdk::TelemetryDict stats_dict(const Snapshot& snapshot);
dpdk::TelemetryDict clients_dict(const Snapshot& snapshot, const Options& options);
dpdk::TelemetryDict ports_dict(const Snapshot& snapshot, const Identity& identity);
dpdk::TelemetryDict control_dict(const ControlBooks& books);
/// A page of events from number `from` on (text of a number; anything else: the last page).
dpdk::TelemetryDict events_dict(const EventLog& log, std::string_view from);
dpdk::TelemetryDict config_dict(const Identity& identity, const Options& options);

}  // namespace ringside::server
