// SPDX-License-Identifier: BSD-3-Clause
// What server and clients cost while nothing comes in, and how long the first packet after such a
// silence takes. On ring ports: mp_wire sends that packet and is awake when it comes out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/bench/forward.hpp"
#include "host/sleep_probe.hpp"

namespace ringside::harness {

struct IdlePlan {
  ForwardSetup setup;  ///< ring ports
  std::vector<ForwardCase> cases;
  Duration window = std::chrono::seconds(2);  ///< in which CPU time is counted
  unsigned packets = 50;                      ///< single ones, each after a silence
  Duration silence = std::chrono::milliseconds(20);
  unsigned late_packets = 8;
  /// In which SleepLengths have become longer: kDozes of the first ones have passed. The window
  /// begins after one.
  Duration long_silence = std::chrono::seconds(2);
};

struct IdleRow {
  ForwardCase what;
  std::string skipped;
  double server_share = 0;            ///< of one CPU
  std::vector<double> client_shares;  ///< likewise
  std::vector<double> first_ns;       ///< latency of each single packet
  std::vector<double> late_ns;        ///< after the long silence
  double others_share = 0;            ///< of all CPUs, taken by other programs
  std::string failed = {};            ///< why there are no figures, though the case was tried
  double round_trip_before_ns = 0, round_trip_after_ns = 0;  ///< as ForwardSample has them
};

struct IdleResult {
  MachineFacts machine;
  ForwardTraffic traffic;
  double window_seconds = 0;
  double silence_seconds = 0;
  double long_silence_seconds = 0;
  host::SleepCost sleep;  ///< of kIdleSleep
  std::vector<IdleRow> rows;
  std::optional<Error> failure = {};  ///< of the first case that failed; kInterrupted before all
};

/// The row's shares, from what was read at both ends of the window. Pure.
void take_shares(const ForwardReading& begin, const ForwardReading& end, IdleRow& row);

/// Errors: as bench_forward(); kCheckFailed also when a single packet does not come out.
Result<IdleResult> bench_idle(World& world, const IdlePlan& plan,
                              const std::function<void(const std::string&)>& progress);

std::string idle_table(const IdleResult& result);
std::string idle_json(const IdleResult& result, const std::string& command);

}  // namespace ringside::harness
