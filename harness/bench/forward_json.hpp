// SPDX-License-Identifier: BSD-3-Clause
// What the JSON documents of the forwarding benchmark have in common. For .cpp files.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/bench/forward.hpp"

namespace ringside::harness {

inline nlohmann::ordered_json to_json(const Percentiles& percentiles) {
  return {{"p50", percentiles.p50}, {"p99", percentiles.p99}, {"p999", percentiles.p999}};
}

/// schema, command, machine, traffic.
inline nlohmann::ordered_json forward_document(const char* schema, const std::string& command,
                                               const MachineFacts& machine,
                                               const ForwardTraffic& traffic) {
  nlohmann::ordered_json document = {{"schema", schema}, {"command", command}};
  for (const auto& [name, value] : machine) document["machine"][name] = value;
  document["traffic"]["ports"] = to_string(traffic.ports);
  if (!traffic.capture.empty()) {
    document["traffic"]["capture"] = std::filesystem::path(traffic.capture).filename().string();
    document["traffic"]["packets"] = traffic.packets;
  }
  return document;
}

}  // namespace ringside::harness
