// SPDX-License-Identifier: BSD-3-Clause
// Answers on DPDK's telemetry socket.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.hpp"

namespace ringside::dpdk {

/// A dictionary as DPDK 22.11 can encode it: values, and dictionaries of values, no deeper.
struct TelemetryDict {
  using Value = std::variant<std::uint64_t, std::int64_t, std::string>;
  std::vector<std::pair<std::string, Value>> values;
  std::vector<std::pair<std::string, TelemetryDict>> dicts;

  void add(std::string name, std::uint64_t value) { values.emplace_back(std::move(name), value); }
  void add(std::string name, std::int64_t value) { values.emplace_back(std::move(name), value); }
  void add(std::string name, std::string value) {
    values.emplace_back(std::move(name), std::move(value));
  }
  void add(std::string name, TelemetryDict dict) {
    dicts.emplace_back(std::move(name), std::move(dict));
  }
};

/// Makes the answer to one request. `parameter`: what stands behind the command and a comma, often
/// nothing.
using TelemetryAnswer = std::function<TelemetryDict(std::string_view parameter)>;

/// Registers `command` ("/mp/stats"); `answer` is called in DPDK's telemetry thread for each
/// request and must stay callable until the process ends. Error kInternal when DPDK refuses it.
Status register_telemetry(const std::string& command, const std::string& help,
                          TelemetryAnswer answer);

/// From now on every registered command answers with an empty dictionary: DPDK cannot unregister,
/// and what the answers speak of is about to go. Returns when no answer is being made.
void silence_telemetry();

}  // namespace ringside::dpdk
