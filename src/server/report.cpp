// SPDX-License-Identifier: BSD-3-Clause
#include "server/report.hpp"

#include <algorithm>
#include <numeric>

namespace ringside::server {
namespace {

PortSnapshot port_snapshot(const DataPath& path, std::size_t i) {
  PortSnapshot port;
  for (const RxCounters& counters : path.rx) port.received += read(counters.received[i]);
  if (path.direct()) {
    for (std::size_t client = 0; client < path.work.size(); ++client) {
      port.transmitted += read(path.info.client[client].sent_by_port[i]);
      port.tx_full += read(path.info.client[client].tx_full_by_port[i]);
    }
  } else {
    port.transmitted = read(path.tx.transmitted[i]);
    port.tx_full = read(path.tx.tx_full[i]);
  }
  port.losses = path.ports[i].losses();
  return port;
}

std::vector<unsigned> lcores_of(const shared::LcoreSet& set) {
  std::vector<unsigned> lcores;
  for (unsigned i = 0; i < kMaxLcores; ++i) {
    if ((set[i / 64] >> (i % 64) & 1) != 0) lcores.push_back(i);
  }
  return lcores;
}

/// What becomes of a client's packets at the ports: counted by the lcore that takes them back, in
/// direct mode by the client.
void count_output(const DataPath& path, std::size_t i, ClientSnapshot& client) {
  if (!path.direct()) {
    client.sent = read(path.tx.sent[i]);
    client.handler_drop = read(path.tx.handler_drop[i]);
    client.tx_full = read(path.tx.client_tx_full[i]);
    return;
  }
  const shared::ClientSlot& slot = path.info.client[i];
  client.handler_drop = read(slot.counters.handler_drop);
  for (const auto& sent : slot.sent_by_port) client.sent += read(sent);
  for (const auto& refused : slot.tx_full_by_port) client.tx_full += read(refused);
}

void count_packets(const DataPath& path, std::size_t i, ClientSnapshot& client) {
  client.in_flight = path.owed(i);
  client.handed = path.handed(i);
  client.returned = path.returned(i);
  count_output(path, i, client);
  std::uint64_t peak = 0;
  for (const RxCounters& counters : path.rx) {
    client.ring_full += read(counters.ring_full[i]);
    client.undelivered += read(counters.undelivered[i]);
    client.moving += read(counters.moving[i]);
    peak = std::max(peak, read(counters.peak[i]));
  }
  client.ring_peak = static_cast<unsigned>(peak);
  client.recovered = path.recovered(i);
  client.lost_in_crash = read(path.lost_in_crash[i]);
  client.out_of_order = read(path.tx.out_of_order[i]);
  client.not_owed = read(path.tx.not_owed[i]);
}

ClientSnapshot client_snapshot(const DataPath& path, std::size_t i) {
  ClientSnapshot client;
  const shared::ClientSlot& slot = path.info.client[i];
  client.state = static_cast<shared::SlotState>(slot.verdict.state.load(std::memory_order_acquire));
  client.generation = slot.verdict.generation.load(std::memory_order_relaxed);
  if (client.state != shared::SlotState::kAbsent) {
    client.pid = slot.verdict.pid.load(std::memory_order_relaxed);
    client.lcores = lcores_of(slot.verdict.lcores);
  }
  count_packets(path, i, client);
  client.ring_used = path.work[i].used();
  client.ring_capacity = path.work[i].capacity();
  return client;
}

void add_drop(Ledger& ledger, DropPlace place, DropReason reason, std::optional<std::size_t> client,
              std::uint64_t packets) {
  if (packets == 0) return;
  std::optional<ClientId> id;
  if (client) id = ClientId{static_cast<std::uint8_t>(*client)};
  ledger.drops.push_back({place, reason, id, packets});
}

Ledger ledger_of(const Snapshot& snapshot, std::uint64_t in_flight) {
  Ledger ledger;
  for (const PortSnapshot& port : snapshot.ports) {
    ledger.received += port.received;
    ledger.transmitted += port.transmitted;
  }
  for (std::size_t i = 0; i < snapshot.clients.size(); ++i) {
    const ClientSnapshot& client = snapshot.clients[i];
    add_drop(ledger, DropPlace::kWorkRing, DropReason::kRingFull, i, client.ring_full);
    add_drop(ledger, DropPlace::kWorkRing, DropReason::kMoving, i, client.moving);
    add_drop(ledger, DropPlace::kClient, DropReason::kHandler, i, client.handler_drop);
    add_drop(ledger, DropPlace::kClient, DropReason::kLostInCrash, i, client.lost_in_crash);
    add_drop(ledger, DropPlace::kPort, DropReason::kTxFull, i, client.tx_full);
    add_drop(ledger, DropPlace::kExit, DropReason::kUndelivered, i, client.undelivered);
  }
  add_drop(ledger, DropPlace::kWorkRing, DropReason::kNoClient, std::nullopt, snapshot.no_client);
  add_drop(ledger, DropPlace::kExit, DropReason::kUndelivered, std::nullopt, snapshot.homeless);
  ledger.in_flight = in_flight;
  return ledger;
}

}  // namespace

std::vector<NumberedEvent> kept_events(const EventLog& log, std::uint64_t from, std::size_t most) {
  std::vector<NumberedEvent> kept;
  const std::uint64_t end = log.total();
  for (std::uint64_t number = std::max(from, log.oldest()); number < end && kept.size() < most;
       ++number) {
    // Events come while this one reads: the oldest may be gone by now.
    if (const auto event = log.at(number)) kept.push_back({number, *event});
  }
  return kept;
}

Snapshot take_snapshot(const DataPath& path, const Identity& identity) {
  Snapshot snapshot;
  snapshot.state =
      static_cast<shared::ServerState>(path.info.server_state.load(std::memory_order_relaxed));
  for (std::size_t i = 0; i < path.ports.size(); ++i) {
    snapshot.ports.push_back(port_snapshot(path, i));
  }
  for (std::size_t i = 0; i < path.work.size(); ++i) {
    snapshot.clients.push_back(client_snapshot(path, i));
  }
  for (const PoolReport& pool : identity.pools) {
    snapshot.mempool_in_use.push_back(pool.pool.in_use());
  }
  for (const RxCounters& counters : path.rx) {
    snapshot.truncated += read(counters.truncated);
    snapshot.malformed += read(counters.malformed);
    snapshot.no_client += read(counters.no_client);
    snapshot.homeless += read(counters.homeless);
  }
  snapshot.ledger = ledger_of(snapshot, path.in_flight());
  path.seams.before_report(snapshot);
  return snapshot;
}

}  // namespace ringside::server
