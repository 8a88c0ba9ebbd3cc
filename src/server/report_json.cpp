// SPDX-License-Identifier: BSD-3-Clause
// The books as JSON, schema ringside.server/1.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/slot_state.hpp"
#include "server/report.hpp"
#include "server/report_text.hpp"

namespace ringside::server {
namespace {

using nlohmann::ordered_json;

ordered_json config_json(const Identity& identity, const Options& options) {
  return {{"policy", to_text(options.policy)},
          {"clients", options.clients},
          {"ring_size", options.ring_size},
          {"ring_mode", to_text(options.ring_mode)},
          {"tx", to_text(options.tx)},
          {"on_full", to_text(options.on_full)},
          {"on_no_client", to_text(options.on_no_client)},
          {"start_after", options.start_after},
          {"burst", options.burst},
          {"idle", to_text(options.idle)},
          {"heartbeat_timeout_ms", heartbeat_timeout_ms(options)},
          {"evict_hung", options.evict_hung},
          {"max_frame", options.max_frame},
          {"mbufs", identity.mbufs},
          {"lcores", identity.lcores}};
}

ordered_json port_json(const PortSnapshot& port, const dpdk::PortFacts& facts, std::size_t index) {
  return {{"index", index},
          {"dpdk_id", facts.id},
          {"name", facts.name},
          {"driver", facts.driver},
          {"mac", facts.mac},
          {"peer", index ^ 1u},
          {"received", port.received},
          {"transmitted", port.transmitted},
          {"tx_full", port.tx_full},
          {"missed", port.losses.missed},
          {"no_mbuf", port.losses.no_mbuf},
          {"errors", port.losses.errors}};
}

ordered_json client_json(const ClientSnapshot& client, const std::string& ring, std::size_t id,
                         const Options& options) {
  return {{"id", id},
          {"state", to_text(client.state)},
          {"generation", client.generation},
          {"pid", client.pid},
          {"lcores", client.lcores},
          {"handed", client.handed},
          {"returned", client.returned},
          {"sent", client.sent},
          {"ring_full", client.ring_full},
          {"handler_drop", client.handler_drop},
          {"tx_full", client.tx_full},
          {"moving", client.moving},
          {"recovered", client.recovered},
          {"lost_in_crash", client.lost_in_crash},
          {"out_of_order", client.out_of_order},
          {"not_owed", client.not_owed},
          {"in_flight", client.in_flight},
          {"ring",
           {{"name", ring},
            {"size", options.ring_size},
            {"capacity", client.ring_capacity},
            {"used", client.ring_used},
            {"peak", client.ring_peak}}}};
}

ordered_json control_json(const ControlBooks& books) {
  ordered_json refused = ordered_json::object();
  for (std::size_t i = 1; i < books.refused.size(); ++i) {
    refused[control::to_text(static_cast<control::Refusal>(i))] = books.refused[i];
  }
  return {{"joins", books.joins},           {"leaves", books.leaves},
          {"heartbeats", books.heartbeats}, {"requests", books.requests},
          {"unanswered", books.unanswered}, {"suspected", books.suspected},
          {"evicted", books.evicted},       {"refused", std::move(refused)}};
}

ordered_json event_json(const NumberedEvent& numbered) {
  const Event& event = numbered.event;
  return {{"number", numbered.number},
          {"kind", to_text(event.kind)},
          {"client", event.client.value},
          {"generation", event.generation},
          {"pid", event.pid},
          {"packets", event.packets},
          {"lost", event.lost},
          {"monotonic_ns", event.monotonic_ns},
          {"time", iso_time(event.wall_ns)}};
}

ordered_json ledger_json(const Ledger& ledger) {
  const Balance sum = balance(ledger);
  ordered_json drops = ordered_json::array();
  for (const Drop& drop : ledger.drops) {
    ordered_json entry{{"place", to_text(drop.place)}, {"reason", to_text(drop.reason)}};
    if (drop.client) entry["client"] = drop.client->value;
    entry["packets"] = drop.packets;
    drops.push_back(std::move(entry));
  }
  return {{"received", ledger.received}, {"transmitted", ledger.transmitted},
          {"dropped", sum.dropped},      {"in_flight", ledger.in_flight},
          {"balanced", sum.balanced()},  {"missing", sum.missing},
          {"drops", std::move(drops)}};
}

}  // namespace

std::string to_json(const Snapshot& snapshot, const Identity& identity, const Options& options) {
  ordered_json json{{"schema", "ringside.server/1"},
                    {"version", RINGSIDE_VERSION},
                    {"dpdk", identity.eal.version},
                    {"pid", ::getpid()},
                    {"state", state_text(snapshot.state)},
                    {"memory", memory_text(identity)},
                    {"config", config_json(identity, options)}};
  for (const char* list : {"ports", "clients", "mempools"}) json[list] = ordered_json::array();
  for (std::size_t i = 0; i < snapshot.ports.size(); ++i) {
    json["ports"].push_back(port_json(snapshot.ports[i], identity.ports[i], i));
  }
  for (std::size_t i = 0; i < snapshot.clients.size(); ++i) {
    json["clients"].push_back(client_json(snapshot.clients[i], identity.work_rings[i], i, options));
  }
  for (std::size_t i = 0; i < identity.pools.size(); ++i) {
    json["mempools"].push_back({{"name", identity.pools[i].pool.name()},
                                {"size", identity.pools[i].pool.size()},
                                {"in_use", snapshot.mempool_in_use[i]},
                                {"baseline", identity.pools[i].baseline}});
  }
  json["parse"] = {{"truncated", snapshot.truncated}, {"malformed", snapshot.malformed}};
  json["control"] = control_json(snapshot.control);
  json["events"] = ordered_json::array();
  for (const NumberedEvent& event : snapshot.events) json["events"].push_back(event_json(event));
  json["captures"] = ordered_json::array();
  for (const CaptureReport& capture : snapshot.captures) {
    json["captures"].push_back(
        {{"file", capture.file}, {"truncated_by_late_process", capture.truncated_by_late_process}});
  }
  json["ledger"] = ledger_json(snapshot.ledger);
  return json.dump(2) + "\n";
}

}  // namespace ringside::server
