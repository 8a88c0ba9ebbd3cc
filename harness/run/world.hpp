// SPDX-License-Identifier: BSD-3-Clause
// What a run touches of the outside world, gathered so that a test can put fakes in its place.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "harness/run/clock.hpp"
#include "harness/run/process.hpp"
#include "harness/run/telemetry_client.hpp"

namespace ringside::harness {

struct World {
  Clock& clock;
  Launcher& launcher;
  const InterruptFlag& interrupted;
  /// Makes a client for the telemetry socket at a path.
  std::function<std::unique_ptr<Telemetry>(const std::string& path)> telemetry;
};

/// Error for a wait that did not end well: what was waited for, and why it ended.
Error wait_error(WaitEnd end, const std::string& what);

}  // namespace ringside::harness
