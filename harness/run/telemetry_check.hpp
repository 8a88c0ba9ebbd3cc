// SPDX-License-Identifier: BSD-3-Clause
// The check "telemetry": what the server said while it ran and what it wrote at its end are the
// same.
#pragma once

#include <string>

#include "harness/checks/checks.hpp"
#include "harness/run/facts.hpp"

namespace ringside::harness {

inline constexpr const char* kTelemetryCheck = "telemetry";

/// The counters of /mp/stats, /mp/clients and /mp/ports at a moment at which no packet moved.
struct TelemetrySnapshot {
  FactMap stats;
  FactMap clients;  ///< "0.handed"
  FactMap ports;    ///< "0.received"
};

/// Asks the server. Errors: as Telemetry.
Result<TelemetrySnapshot> take_snapshot(Telemetry& telemetry);

/// Compares counter by counter.
CheckResult compare_telemetry(const TelemetrySnapshot& snapshot, const ServerStats& final_stats);

}  // namespace ringside::harness
