// SPDX-License-Identifier: BSD-3-Clause
// How fast server and clients forward: each case a server and clients as processes, all cases in
// turn, round after round, so that a slow minute of the machine is one of all cases. Only packets
// that left count, never those that were offered.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/statistics.hpp"
#include "harness/bench/forward_case.hpp"
#include "harness/bench/forward_run.hpp"

namespace ringside::harness {

/// What one case did during one window.
struct ForwardSample {
  double seconds = 0;
  std::uint64_t delivered = 0;
  std::uint64_t dropped = 0;
  double cpu_seconds = 0;                ///< of server and clients
  std::vector<std::uint64_t> by_client;  ///< delivered; empty when there are none
  double fullest_ring = 0;               ///< most packets on a ring over its size, since the start
  double others_share = 0;  ///< of the machine's CPUs, taken by programs that are not of this case
  double offered_rate = 0;  ///< ring ports: packets/s that the wire put in or could not
  Percentiles latency_ns;   ///< ring ports, of the packets delivered in the window
  /// Of a cache line between the CPUs of server and clients; 0 on one CPU, or when it was not seen.
  double round_trip_before_ns = 0;
  double round_trip_after_ns = 0;
  unsigned discarded = 0;  ///< samples thrown away before it, because the two differed

  double rate() const { return static_cast<double>(delivered) / seconds; }
  double mpps() const { return rate() / 1e6; }
  double cpu_ns_per_packet() const { return cpu_seconds * 1e9 / static_cast<double>(delivered); }
  /// The machine kept its speed meanwhile, or has one CPU, where there is nothing to be known of
  /// it.
  bool is_steady() const;
  bool knows_speed() const { return round_trip_before_ns > 0 || round_trip_after_ns > 0; }
  double round_trip_ns() const { return (round_trip_before_ns + round_trip_after_ns) / 2; }
  /// A figure that survives a change of the machine's speed.
  double packets_per_round_trip() const { return rate() * round_trip_ns() / 1e9; }
};

struct ForwardPlan {
  ForwardSetup setup;
  std::vector<ForwardCase> cases;
  unsigned rounds = 5;
  Duration warm_up = std::chrono::milliseconds(300);
  Duration window = std::chrono::milliseconds(700);
  std::optional<double> rate;  ///< ring ports, packets/s; not given: as fast as the port takes them
  unsigned tries = 4;          ///< of a sample, until the machine kept its speed
};

/// What one case did in all rounds, or why it was not measured.
struct ForwardRow {
  ForwardCase what;
  std::vector<ForwardSample> samples;  ///< by round
  std::string skipped;
  bool oversubscribed = false;
  std::string failed = {};  ///< why it was not measured in the round after those, and in no other
};

/// Where it was measured: names and values, in the order in which they are shown.
using MachineFacts = std::vector<std::pair<std::string, std::string>>;

struct ForwardResult {
  MachineFacts machine;  ///< cpu_model, governor, kernel, git, usable_cpus, memory, dpdk
  ForwardTraffic traffic;
  std::optional<double> rate;
  std::vector<ForwardRow> rows;
  std::optional<Error> failure = {};  ///< of the first case that failed; kInterrupted before all
};

/// Runs all cases in turn, `plan.rounds` times. `progress` is told the name of each that begins.
/// A case that fails (kEnvironment; kCheckFailed, it delivers no packets) ends there, the others go
/// on. Whoever interrupts gets what has been measured. Errors: kEnvironment, also when nothing can
/// be measured here; of the first case, or kInterrupted, when none was measured.
Result<ForwardResult> bench_forward(World& world, const ForwardPlan& plan,
                                    const std::function<void(const std::string&)>& progress);

/// The cases, without samples. Errors: kEnvironment, all of them are skipped.
Result<std::vector<ForwardRow>> rows_of(const std::vector<ForwardCase>& cases, PortKind ports);

/// The machine, and what it gives to these runs.
MachineFacts forward_machine(const MemoryPlan& memory, const std::string& dpdk);

/// What a case failed with, and its name.
Error failure_of(const ForwardCase& what, const Error& error);

/// Round trip of a cache line between the CPU of the server and the one of its first client, which
/// the floor has not: the machine's speed is to be known all the same. 0 on one CPU. While nothing
/// of a case runs.
double probe_speed();

/// Share of the CPUs that others took between two readings of a case.
double others_share(const ForwardReading& begin, const ForwardReading& end);

}  // namespace ringside::harness
