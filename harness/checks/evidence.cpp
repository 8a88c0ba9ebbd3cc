// SPDX-License-Identifier: BSD-3-Clause
#include "harness/checks/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/model/flow.hpp"

namespace ringside::harness {
namespace {

std::optional<Policy> policy_of(const Observation& observation) {
  const Result<Policy> policy = parse_policy(observation.policy);
  return policy ? std::optional(*policy) : std::nullopt;
}

FlowKey key_of(std::span<const std::byte> frame, bool both_directions) {
  FlowKey key;
  parse_key(frame, frame.size(), key);
  return both_directions ? symmetric(key) : key;
}

}  // namespace

Evidence::Evidence(const Observation& observation)
    : observation_(observation), policy_(policy_of(observation)) {
  if (observation.own_server && observation.clients_constant && !observation.clients.empty()) {
    ClientSet clients;
    for (const unsigned id : observation.clients) {
      if (id < kMaxClients) clients.add(ClientId{static_cast<std::uint8_t>(id)});
    }
    buckets_.emplace().rebuild(clients);
  }
  IdentityTable identities(observation.marked);
  ports_.resize(observation.ports.size());
  for (std::size_t i = 0; i < ports_.size(); ++i) ports_[i].port = &observation.ports[i];
  find_inputs();
  number_sent(identities);
  number_captured(identities);
  count();
}

void Evidence::find_inputs() {
  for (PortEvidence& output : ports_) {
    for (std::uint32_t i = 0; i < ports_.size(); ++i) {
      if (ports_[i].port->peer == output.port->index) output.input = i;
    }
  }
}

void Evidence::number_sent(IdentityTable& identities) {
  for (std::uint32_t p = 0; p < ports_.size(); ++p) {
    if (!ports_[p].port->sent_known) continue;
    const FrameList& frames = ports_[p].port->sent;
    ports_[p].sent.reserve(frames.size());
    for (std::uint32_t i = 0; i < frames.size(); ++i) {
      const std::uint32_t packet = identities.number(frames[i].bytes);
      if (packet == packets_.size()) {
        packets_.emplace_back();
        packets_.back().first_port = p;
        packets_.back().first_index = i;
      }
      ports_[p].sent.push_back(packet);
      note_flow(packet, frames[i].bytes);
      ++packets_[packet].sent;
    }
    sent_total_ += frames.size();
  }
}

/// All copies of a packet are of one flow unless they differ in the source MAC.
void Evidence::note_flow(std::uint32_t packet, std::span<const std::byte> frame) {
  PacketClass& its_class = packets_[packet];
  if (its_class.ambiguous) return;
  if (its_class.sent != 0) {
    const PortObservation& first = *ports_[its_class.first_port].port;
    const auto first_bytes = first.sent[its_class.first_index].bytes;
    if (std::equal(frame.begin(), frame.end(), first_bytes.begin())) return;
  }
  const std::uint32_t flow = flow_number(key_of(frame, both_directions()));
  if (its_class.sent != 0 && its_class.flow != flow) {
    its_class.ambiguous = true;
    its_class.flow = kNone;
    return;
  }
  its_class.flow = flow;
}

std::uint32_t Evidence::flow_number(const FlowKey& key) {
  const auto number = static_cast<std::uint32_t>(flows_.size());
  const auto [place, is_new] = flow_numbers_.try_emplace(key, number);
  if (is_new) flows_.push_back(key);
  return place->second;
}

void Evidence::number_captured(IdentityTable& identities) {
  for (PortEvidence& port : ports_) {
    if (!port.port->captured_known) continue;
    const FrameList& frames = port.port->captured;
    port.captured.reserve(frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const std::uint32_t packet = identities.number(frames[i].bytes);
      if (packet == packets_.size()) packets_.emplace_back();
      ++packets_[packet].captured;
      port.captured.push_back(
          {packet, observation_.marked ? read_mark(frames[i].bytes) : std::nullopt});
    }
    captured_total_ += frames.size();
  }
}

void Evidence::count() {
  for (PortEvidence& port : ports_) {
    port.sent_count.resize(packets_.size());
    port.captured_count.resize(packets_.size());
    for (const std::uint32_t packet : port.sent) ++port.sent_count[packet];
    for (const CapturedFrame& frame : port.captured) ++port.captured_count[frame.packet];
  }
}

bool Evidence::all_sent_known() const {
  return !ports_.empty() && std::ranges::all_of(observation_.ports, &PortObservation::sent_known);
}

bool Evidence::all_captured_known() const {
  return !ports_.empty() &&
         std::ranges::all_of(observation_.ports, &PortObservation::captured_known);
}

std::string Evidence::capture_error() const {
  for (const PortObservation& port : observation_.ports) {
    if (!port.capture_error.empty()) return port.capture_error;
  }
  if (!observation_.server) return {};
  for (const ServerCaptureStats& capture : observation_.server->captures) {
    if (!capture.truncated_by_late_process) continue;
    return fmt::format("the server says that a late process truncated its capture {}",
                       capture.file);
  }
  return {};
}

std::string Evidence::sent_name(std::uint32_t port, std::uint32_t index) const {
  const PortObservation& its_port = *ports_[port].port;
  const std::size_t period = its_port.sent_period;
  if (period == 0) {
    return fmt::format("packet {} of {}", packet_number(index), its_port.sent_name);
  }
  return fmt::format("packet {} of {} (round {})", packet_number(index % period),
                     its_port.sent_name, index / period + 1);
}

std::string Evidence::sent_name(std::uint32_t packet) const {
  return sent_name(packets_[packet].first_port, packets_[packet].first_index);
}

std::string Evidence::captured_name(std::uint32_t port, std::uint32_t index) const {
  return fmt::format("packet {} of {}", packet_number(index), ports_[port].port->captured_name);
}

std::string Evidence::flow_name(std::uint32_t flow) const {
  return describe(flows_[flow], both_directions());
}

}  // namespace ringside::harness
