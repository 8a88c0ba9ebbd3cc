// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/harness/checks/churned_run.hpp"

#include <csignal>

namespace ringside::harness::fixtures {
namespace {

constexpr unsigned kFlows = 50;

}  // namespace

ChurnedRun::ChurnedRun(unsigned clients)
    : run("flow-hash", clients), clients_(clients), generations_(clients), recovered_(clients) {
  for (unsigned id = 0; id < clients; ++id) {
    pids_.push_back(100 + id);
    event("join", id);
  }
}

unsigned ChurnedRun::owner(unsigned flow) const {
  const Bytes frame = udp_frame(flow, 0);
  FlowKey key;
  parse_key(frame, frame.size(), key);
  return table_.owner(key.hash()).value;
}

void ChurnedRun::traffic(unsigned packets) {
  for (unsigned i = 0; i < packets; ++i, ++sent_) {
    const unsigned flow = sent_ % kFlows;
    run.send(0, udp_frame(flow, sent_ / kFlows));
    run.out[1].push_back({.frame = run.sent[0].back(), .client = owner(flow)});
    times.push_back(now_);
    pass(1);
  }
}

void ChurnedRun::event(const std::string& kind, unsigned client, std::uint64_t packets) {
  const ClientId id{static_cast<std::uint8_t>(client)};
  const bool comes = kind == "join" || kind == "rejoin" || kind == "resume";
  const bool goes = kind == "suspect" || kind == "dead" || kind == "leave";
  if (comes && kind != "resume") ++generations_[client];
  if (comes) active_.add(id);
  if (goes) active_.remove(id);
  table_.rebuild(active_);
  recovered_[client] += packets;
  events.push_back(
      {events.size(), kind, client, generations_[client], pids_[client], packets, 0, now_});
}

void ChurnedRun::strike(unsigned client, int signal) {
  strikes.push_back({client, pids_[client], signal, now_});
}

void ChurnedRun::kill(unsigned client, std::uint64_t packets, unsigned noticed_ms) {
  strike(client, SIGKILL);
  pass(noticed_ms);
  event("dead", client);
  event("recovered", client, packets);
}

void ChurnedRun::rejoin(unsigned client) {
  pids_[client] += 100;
  event("rejoin", client);
}

Observation ChurnedRun::observe() const {
  Observation observation = run.observe();
  PortObservation& port = observation.ports[1];
  const FrameList untimed = std::move(port.captured);
  port.captured = {};
  for (std::size_t i = 0; i < untimed.size(); ++i) port.captured.add(untimed[i].bytes, times[i]);
  observation.clients_constant = false;
  observation.capture_clock = CaptureClock{{0, 0}, {kMs, kMs}};
  observation.strikes = strikes;
  observation.server->events = events;
  observation.server->config.start_after = clients_;
  observation.server->config.ring_size = kRing;
  for (unsigned id = 0; id < clients_; ++id) {
    ServerClientStats& client = observation.server->clients[id];
    client.recovered = recovered_[id];
    client.handed += recovered_[id];
  }
  return observation;
}

}  // namespace ringside::harness::fixtures
