// SPDX-License-Identifier: BSD-3-Clause
// One case of the forwarding benchmark as processes: server, clients, with ring ports a wire.
// Starts them, reads all counters at one moment, ends them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/bench/bench_wire.hpp"
#include "harness/bench/forward_case.hpp"
#include "harness/run/cluster.hpp"
#include "harness/run/memory.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness {

/// What all cases of a benchmark have in common.
struct ForwardSetup {
  ForwardTraffic traffic;
  Programs programs;
  std::string classic_directory;  ///< of classic_server and classic_client
  MemoryMode memory = MemoryMode::kAuto;
  std::string dpdk;  ///< the version that ringside was built beside
};

/// Of the case that needs most: all of them shall run on the same kind.
Result<MemoryPlan> choose_memory(const ForwardSetup& setup, const std::vector<ForwardCase>& cases);

/// All counters of a case at one moment.
struct ForwardReading {
  TimePoint at;
  std::uint64_t delivered = 0;           ///< out of the ports: of ring ports seen by the wire
  std::uint64_t dropped = 0;             ///< anywhere, also at the full ring of a port
  std::uint64_t offered = 0;             ///< ring ports: by the wire
  std::vector<std::uint64_t> by_client;  ///< delivered
  std::vector<double> cpu_seconds;       ///< of the server, then of each client, then of the wire
  double cpu_seconds_of_all = 0;         ///< of everybody on this machine
  double fullest_ring = 0;               ///< most packets on a ring over its size, since the start
  std::optional<WireTotals> wire;
};

/// CPU time of everybody so far on the CPUs that may be used here, what the host took away
/// included.
double read_cpu_seconds_of_all();

class ForwardRun {
 public:
  /// What is given must outlive it.
  ForwardRun(World& world, const ForwardSetup& setup, const ForwardCase& what,
             const MemoryPlan& memory, const RunDirectory& directory);

  /// Errors: kEnvironment, kTimedOut, kInterrupted.
  Status start();
  Result<ForwardReading> read();
  /// Lets time pass, in which all programs must stay alive.
  Status sleep(Duration time);
  void stop();

  /// The wire. Precondition: ring ports, started.
  BenchWire& wire() { return *wire_; }

 private:
  LaunchPlan launch_plan(const MemoryPlan& memory, const std::string& prefix) const;
  Status link_capture() const;
  bool read_server(ForwardReading& reading);
  Status read_wire(ForwardReading& reading);
  double cpu_seconds_of(const std::string& program);

  World& world_;
  const ForwardSetup& setup_;
  const ForwardCase& what_;
  Scenario scenario_;
  std::string directory_;
  Cluster cluster_;
  std::optional<BenchWire> wire_;
};

}  // namespace ringside::harness
