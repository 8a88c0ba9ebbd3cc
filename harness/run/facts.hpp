// SPDX-License-Identifier: BSD-3-Clause
// What conditions can ask for, by name: the server's telemetry, flattened.
// harness/scenarios/README.md lists the names.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "harness/run/condition.hpp"
#include "harness/run/telemetry_client.hpp"

namespace ringside::harness {

using FactMap = std::map<std::string, Fact>;

/// A JSON object as facts: {"a":1,"drops":{"x/y":2}} becomes a = 1, drops.x.y = 2. Each name gets
/// `prefix` in front. What is neither number nor text is left out.
FactMap flatten(const std::string& json, const std::string& prefix = "");

/// One look at the server: asks telemetry for what is needed, each command once, so that all names
/// of one command are from the same moment. Make a new one for a new look.
class ServerFacts {
 public:
  explicit ServerFacts(Telemetry& telemetry) : telemetry_(&telemetry) {}
  /// received, state, drops.PLACE.REASON ... of /mp/stats; clientN.FIELD of /mp/clients;
  /// portN.FIELD of /mp/ports; config.FIELD of /mp/config; events.KIND of /mp/events.
  std::optional<Fact> get(const std::string& name);
  /// get() of a count, 0 when unknown.
  std::int64_t count(const std::string& name);
  /// False when the server did not answer a command.
  bool answered() const { return answered_; }

 private:
  Telemetry* telemetry_;
  std::map<std::string, FactMap> by_command_;
  bool answered_ = true;
};

}  // namespace ringside::harness
