// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/harness/checks/simulated_run.hpp"

#include <algorithm>
#include <array>

namespace ringside::harness::fixtures {
namespace {

constexpr unsigned kClientPort = 1000;  // flow n comes from UDP port 1000 + n
constexpr unsigned kServerPort = 80;
const Bytes kMacs = test::raw({0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 6});  // a source unlike any mark

Bytes udp(const test::Ip4& ip, unsigned source, unsigned destination, unsigned number) {
  return kMacs + test::be16(0x0800) + test::ipv4(ip) + test::ports(source, destination) +
         test::be16(number >> 16) + test::be16(number & 0xffff) + test::zeros(20);
}

Bytes marked_copy(const Output& output, unsigned port) {
  Bytes frame = output.frame;
  const Bytes mark = test::raw({2, 0, 0, 0, output.client, port});
  if (frame.size() >= 14) std::copy(mark.begin(), mark.end(), frame.begin() + 6);
  return frame;
}

}  // namespace

Bytes udp_frame(unsigned flow, unsigned number) {
  return udp({.payload = 32}, kClientPort + flow, kServerPort, number);
}

Bytes udp_reply(unsigned flow, unsigned number) {
  return udp({.payload = 32, .source = 0x0a000002, .destination = 0x0a000001}, kServerPort,
             kClientPort + flow, number);
}

Bytes raw_frame(unsigned source_mac, unsigned number) {
  return test::raw({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 6, 6, 6, 6, 6, source_mac, 0x88, 0xb5}) +
         test::be16(number) + test::zeros(44);
}

SimulatedRun::SimulatedRun(std::string policy, unsigned clients, unsigned ports)
    : sent(ports), out(ports), policy_(std::move(policy)), clients_(clients) {
  dispatch_.set_active(ClientSet::first(clients));
}

void SimulatedRun::send_flows(unsigned flows, unsigned packets) {
  for (unsigned i = 0; i < packets; ++i) {
    for (unsigned flow = 0; flow < flows; ++flow) send(0, udp_frame(flow, i));
  }
}

unsigned SimulatedRun::owner(unsigned port, const Bytes& frame) {
  const std::array packets = {PacketView{.data = frame.data(),
                                         .length = static_cast<std::uint16_t>(frame.size()),
                                         .port = PortIndex{static_cast<std::uint8_t>(port)}}};
  std::array<Assignment, 1> assigned;
  assign_function (*parse_policy(policy_))(dispatch_, packets, assigned);
  return assigned[0].owner().value;
}

void SimulatedRun::forward() {
  for (unsigned port = 0; port < sent.size(); ++port) {
    for (const Bytes& frame : sent[port]) {
      out[port ^ 1].push_back({.frame = frame, .client = owner(port, frame)});
    }
  }
}

Output SimulatedRun::take(std::size_t index) {
  Output output = out[1][index];
  out[1].erase(out[1].begin() + static_cast<std::ptrdiff_t>(index));
  return output;
}

void SimulatedRun::drop(std::size_t index, std::string place, std::string reason, unsigned client) {
  take(index);
  const auto same = [&](const LedgerDrop& d) {
    return d.place == place && d.reason == reason && d.client == client;
  };
  const auto row = std::ranges::find_if(drops, same);
  if (row != drops.end()) {
    ++row->packets;
  } else {
    drops.push_back({std::move(place), std::move(reason), client, 1});
  }
}

ServerStats SimulatedRun::books() const {
  ServerStats stats;
  LedgerStats& ledger = stats.ledger;
  stats.mempools.push_back({"mbuf_pool", 8191, 0, 0});
  stats.clients.resize(clients_);
  for (unsigned id = 0; id < clients_; ++id) stats.clients[id].id = id;
  for (unsigned port = 0; port < sent.size(); ++port) {
    ServerPortStats& row = stats.ports.emplace_back();
    row.index = port;
    row.received = sent[port].size();
    row.transmitted = out[port].size();
    ledger.received += row.received;
    ledger.transmitted += row.transmitted;
    for (const Output& output : out[port]) {
      ServerClientStats& client = stats.clients[output.client];
      ++client.handed, ++client.returned, ++client.sent;
    }
  }
  ledger.drops = drops;
  for (const LedgerDrop& drop : drops) {
    ledger.dropped += drop.packets;
    if (drop.reason == "ring_full") stats.clients[*drop.client].ring_full += drop.packets;
  }
  ledger.missing = static_cast<std::int64_t>(ledger.received - ledger.transmitted - ledger.dropped);
  ledger.balanced = ledger.missing == 0;
  return stats;
}

Observation SimulatedRun::observe() const {
  Observation observation;
  observation.policy = policy_;
  observation.on_full = "drop";
  observation.marked = marked;
  for (unsigned id = 0; id < clients_; ++id) observation.clients.push_back(id);
  for (unsigned port = 0; port < sent.size(); ++port) {
    PortObservation& seen = observation.ports.emplace_back();
    seen.index = port;
    seen.peer = port ^ 1;
    seen.sent_name = "in" + std::to_string(port) + ".pcap";
    seen.captured_name = "out" + std::to_string(port) + ".pcap";
    for (const Bytes& frame : sent[port]) seen.sent.add(frame);
    for (const Output& output : out[port]) {
      const unsigned mark = output.marked_port < 0 ? port : output.marked_port;
      seen.captured.add(marked && output.bears_mark ? marked_copy(output, mark) : output.frame);
    }
  }
  observation.server = books();
  observation.programs.push_back({"server", 0, std::nullopt, true, "exit 0"});
  return observation;
}

std::set<std::string> ending_with(Outcome outcome, const Observation& observation,
                                  const Expectations& expectations) {
  std::set<std::string> names;
  const auto results = run_checks(observation, expectations);
  for (const CheckResult& result : *results) {
    if (result.outcome == outcome) names.insert(result.name);
  }
  return names;
}

CheckResult judge(const std::string& check, const Observation& observation,
                  const Expectations& expectations) {
  const std::array names = {check};
  return run_checks(observation, expectations, names)->front();
}

std::string reasons(const CheckResult& result) {
  std::string text;
  for (const std::string& reason : result.reasons) text += reason + "\n";
  return text;
}

}  // namespace ringside::harness::fixtures
