// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/ids.hpp"

namespace ringside::harness {
namespace {

constexpr std::array<std::pair<PortKind, std::string_view>, 4> kPortKinds{{
    {PortKind::kPcap, "pcap"},
    {PortKind::kRing, "ring"},
    {PortKind::kNull, "null"},
    {PortKind::kLive, "live"},
}};

/// The number that follows `prefix` when `text` is nothing else.
std::optional<unsigned> number_after(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  text.remove_prefix(prefix.size());
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string_view to_string(PortKind kind) {
  for (const auto& [value, name] : kPortKinds) {
    if (value == kind) return name;
  }
  return "?";
}

std::optional<PortKind> parse_port_kind(std::string_view text) {
  for (const auto& [value, name] : kPortKinds) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::optional<Target> parse_target(std::string_view text) {
  if (text == "server") return Target{Target::Kind::kServer, 0};
  if (text == "wire") return Target{Target::Kind::kWire, 0};
  if (text == "sends") return Target{Target::Kind::kSends, 0};
  if (const auto client = number_after(text, "client"); client && *client < kMaxClients) {
    return Target{Target::Kind::kClient, *client};
  }
  if (const auto port = number_after(text, "wire.port"); port && *port < kMaxPorts) {
    return Target{Target::Kind::kWirePort, *port};
  }
  return std::nullopt;
}

std::string to_string(const Target& target) {
  switch (target.kind) {
    case Target::Kind::kServer:
      return "server";
    case Target::Kind::kClient:
      return fmt::format("client{}", target.number);
    case Target::Kind::kWire:
      return "wire";
    case Target::Kind::kWirePort:
      return fmt::format("wire.port{}", target.number);
    case Target::Kind::kSends:
      return "sends";
  }
  return "?";
}

bool ends_server(const Step& step) {
  return (step.verb == Verb::kStop || step.verb == Verb::kKill) &&
         step.target.kind == Target::Kind::kServer;
}

bool changes_clients(const Scenario& scenario) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const Step& step) {
    const bool ends = step.verb == Verb::kKill || step.verb == Verb::kStop;
    return step.verb == Verb::kChurn || step.verb == Verb::kCrash ||
           step.verb == Verb::kRestartServer || (ends && step.target.kind == Target::Kind::kClient);
  });
}

}  // namespace ringside::harness
