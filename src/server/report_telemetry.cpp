// SPDX-License-Identifier: BSD-3-Clause
// The books as answers on DPDK's telemetry socket.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/parse_number.hpp"
#include "core/slot_state.hpp"
#include "server/report.hpp"
#include "server/report_text.hpp"

namespace ringside::server {

using dpdk::TelemetryDict;

namespace {

/// DPDK 22.11 sends 16 KiB at most and leaves out the rest without a word; an event takes 200
/// bytes.
constexpr std::size_t kEventsPerPage = 64;

TelemetryDict event_dict(const Event& event) {
  TelemetryDict dict;
  dict.add("kind", std::string(to_text(event.kind)));
  dict.add("client", std::uint64_t{event.client.value});
  dict.add("generation", std::uint64_t{event.generation});
  dict.add("pid", std::uint64_t{event.pid});
  dict.add("packets", event.packets);
  dict.add("lost", event.lost);
  dict.add("monotonic_ns", event.monotonic_ns);
  dict.add("time", iso_time(event.wall_ns));
  return dict;
}

}  // namespace

TelemetryDict stats_dict(const Snapshot& snapshot) {
  const Balance sum = balance(snapshot.ledger);
  TelemetryDict dict;
  dict.add("state", std::string(state_text(snapshot.state)));
  std::uint64_t active = 0;
  for (const ClientSnapshot& client : snapshot.clients) {
    active += client.state == shared::SlotState::kActive;
  }
  dict.add("clients_active", active);
  dict.add("received", snapshot.ledger.received);
  dict.add("transmitted", snapshot.ledger.transmitted);
  dict.add("dropped", sum.dropped);
  dict.add("in_flight", snapshot.ledger.in_flight);
  dict.add("balanced", static_cast<std::uint64_t>(sum.balanced()));
  dict.add("missing", sum.missing);
  std::map<std::string, std::uint64_t> by_reason;
  for (const Drop& drop : snapshot.ledger.drops) {
    by_reason[fmt::format("{}/{}", to_text(drop.place), to_text(drop.reason))] += drop.packets;
  }
  TelemetryDict drops;
  for (const auto& [reason, packets] : by_reason) drops.add(reason, packets);
  dict.add("drops", std::move(drops));
  return dict;
}

TelemetryDict clients_dict(const Snapshot& snapshot, const Options& options) {
  TelemetryDict dict;
  for (std::size_t i = 0; i < snapshot.clients.size(); ++i) {
    const ClientSnapshot& client = snapshot.clients[i];
    TelemetryDict entry;
    entry.add("id", std::uint64_t{i});
    entry.add("state", std::string(to_text(client.state)));
    entry.add("generation", std::uint64_t{client.generation});
    entry.add("pid", std::uint64_t{client.pid});
    entry.add("lcores", fmt::format("{}", fmt::join(client.lcores, ",")));
    entry.add("handed", client.handed);
    entry.add("returned", client.returned);
    entry.add("sent", client.sent);
    entry.add("ring_full", client.ring_full);
    entry.add("handler_drop", client.handler_drop);
    entry.add("tx_full", client.tx_full);
    entry.add("moving", client.moving);
    entry.add("recovered", client.recovered);
    entry.add("lost_in_crash", client.lost_in_crash);
    entry.add("out_of_order", client.out_of_order);
    entry.add("not_owed", client.not_owed);
    entry.add("in_flight", client.in_flight);
    entry.add("ring_used", std::uint64_t{client.ring_used});
    entry.add("ring_peak", std::uint64_t{client.ring_peak});
    entry.add("ring_size", std::uint64_t{options.ring_size});
    dict.add(std::to_string(i), std::move(entry));
  }
  return dict;
}

TelemetryDict ports_dict(const Snapshot& snapshot, const Identity& identity) {
  TelemetryDict dict;
  for (std::size_t i = 0; i < snapshot.ports.size(); ++i) {
    const PortSnapshot& port = snapshot.ports[i];
    const dpdk::PortFacts& facts = identity.ports[i];
    TelemetryDict entry;
    entry.add("index", std::uint64_t{i});
    entry.add("dpdk_id", std::uint64_t{facts.id});
    entry.add("name", facts.name);
    entry.add("driver", facts.driver);
    entry.add("mac", facts.mac);
    entry.add("peer", std::uint64_t{i ^ 1u});
    entry.add("received", port.received);
    entry.add("transmitted", port.transmitted);
    entry.add("tx_full", port.tx_full);
    entry.add("missed", port.losses.missed);
    entry.add("no_mbuf", port.losses.no_mbuf);
    entry.add("errors", port.losses.errors);
    dict.add(std::to_string(i), std::move(entry));
  }
  return dict;
}

TelemetryDict control_dict(const ControlBooks& books) {
  TelemetryDict dict;
  dict.add("joins", books.joins);
  dict.add("leaves", books.leaves);
  dict.add("heartbeats", books.heartbeats);
  dict.add("requests", books.requests);
  dict.add("unanswered", books.unanswered);
  dict.add("suspected", books.suspected);
  dict.add("evicted", books.evicted);
  TelemetryDict refused;
  for (std::size_t i = 1; i < books.refused.size(); ++i) {
    refused.add(control::to_text(static_cast<control::Refusal>(i)), books.refused[i]);
  }
  dict.add("refused", std::move(refused));
  return dict;
}

TelemetryDict events_dict(const EventLog& log, std::string_view from) {
  TelemetryDict dict;
  const std::uint64_t total = log.total();
  dict.add("total", total);
  for (const EventKind kind : kEventKinds) dict.add(to_text(kind), log.count(kind));
  const auto wanted = parse_number<std::uint64_t>(from);
  if (!wanted && !from.empty()) {
    dict.add("error", fmt::format("\"{}\" is no number of an event", from));
    return dict;
  }
  const std::uint64_t last_page = total - std::min<std::uint64_t>(total, kEventsPerPage);
  const auto page = kept_events(log, wanted.value_or(last_page), kEventsPerPage);
  dict.add("next", page.empty() ? total : page.back().number + 1);
  for (const NumberedEvent& each : page) {
    dict.add(std::to_string(each.number), event_dict(each.event));
  }
  return dict;
}

TelemetryDict config_dict(const Identity& identity, const Options& options) {
  TelemetryDict dict;
  dict.add("policy", std::string(to_text(options.policy)));
  dict.add("clients", std::uint64_t{options.clients});
  dict.add("ring_size", std::uint64_t{options.ring_size});
  dict.add("ring_mode", std::string(to_text(options.ring_mode)));
  dict.add("tx", std::string(to_text(options.tx)));
  dict.add("on_full", std::string(to_text(options.on_full)));
  dict.add("on_no_client", std::string(to_text(options.on_no_client)));
  dict.add("start_after", std::uint64_t{options.start_after});
  dict.add("burst", std::uint64_t{options.burst});
  dict.add("idle", std::string(to_text(options.idle)));
  dict.add("heartbeat_timeout_ms", heartbeat_timeout_ms(options));
  dict.add("evict_hung", static_cast<std::uint64_t>(options.evict_hung));
  dict.add("max_frame", std::uint64_t{options.max_frame});
  dict.add("mbufs", std::uint64_t{identity.mbufs});
  dict.add("lcores", fmt::format("{}", fmt::join(identity.lcores, ",")));
  dict.add("memory", std::string(memory_text(identity)));
  return dict;
}

}  // namespace ringside::server
