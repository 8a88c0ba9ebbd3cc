// SPDX-License-Identifier: BSD-3-Clause
#include "wire/replies.hpp"

#include <nlohmann/json.hpp>

namespace ringside::wire {
namespace {

// Keys in the order in which they are written: a person reads these lines too.
using Json = nlohmann::ordered_json;

std::string line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json begin(const Tag& tag, bool ok) {
  Json json;
  if (!tag.cmd.empty()) json["cmd"] = tag.cmd;
  if (!tag.id.empty()) json["id"] = Json::parse(tag.id, nullptr, false);
  json["ok"] = ok;
  return json;
}

void add(Json& json, const SendOutcome& outcome) {
  json["sent"] = outcome.sent;
  json["refused"] = outcome.refused;
  json["duration_ns"] = outcome.duration_ns;
}

Json to_json(const LatencySummary& latency) {
  return {{"count", latency.count}, {"min", latency.min}, {"p50", latency.p50},
          {"p90", latency.p90},     {"p99", latency.p99}, {"p999", latency.p999},
          {"max", latency.max}};
}

}  // namespace

std::string ready_line(unsigned ports) {
  return line({{"event", "ready"}, {"ports", ports}});
}

std::string ok_reply(const Tag& tag) {
  return line(begin(tag, true));
}

std::string error_reply(const Tag& tag, std::string_view sentence) {
  Json json = begin(tag, false);
  json["error"] = sentence;
  return line(json);
}

std::string load_reply(const Tag& tag, std::uint64_t packets, std::uint64_t bytes) {
  Json json = begin(tag, true);
  json["packets"] = packets;
  json["bytes"] = bytes;
  return line(json);
}

std::string send_reply(const Tag& tag, const SendOutcome& outcome) {
  Json json = begin(tag, true);
  add(json, outcome);
  return line(json);
}

std::string failed_send_reply(const Tag& tag, const SendOutcome& outcome,
                              std::string_view sentence) {
  Json json = begin(tag, false);
  json["error"] = sentence;
  add(json, outcome);
  return line(json);
}

std::string stop_capture_reply(const Tag& tag, std::uint64_t packets) {
  Json json = begin(tag, true);
  json["packets"] = packets;
  return line(json);
}

std::string report_reply(const Tag& tag, std::span<const PortReport> ports, const Clocks& clocks) {
  Json json = begin(tag, true);
  json["capture_ns"] = clocks.capture_ns;
  json["monotonic_ns"] = clocks.monotonic_ns;
  Json list = Json::array();
  for (std::size_t port = 0; port < ports.size(); ++port) {
    list.push_back({{"port", port},
                    {"sent", ports[port].sent},
                    {"refused", ports[port].refused},
                    {"captured", ports[port].captured},
                    {"sending", ports[port].sending},
                    {"latency_ns", to_json(ports[port].latency)}});
  }
  json["ports"] = std::move(list);
  return line(json);
}

}  // namespace ringside::wire
