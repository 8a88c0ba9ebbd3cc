// SPDX-License-Identifier: BSD-3-Clause
// The command lines of server, clients and wire that a scenario means. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/run/clock.hpp"
#include "harness/run/cpu_plan.hpp"
#include "harness/run/memory.hpp"
#include "harness/run/programs.hpp"
#include "harness/run/scenario.hpp"

namespace ringside::harness {

/// All that command lines depend on beside the scenario itself.
struct LaunchPlan {
  Programs programs;
  MemoryPlan memory;
  CpuPlan cpus;
  std::string prefix;              ///< --file-prefix
  std::vector<std::string> vdevs;  ///< one for each port that is no ring port
  unsigned max_frame = 1522;
  std::map<std::string, std::vector<std::string>> wraps;  ///< program name -> words in front of it
};

/// Files in the directory of a run, as programs and harness name them.
inline constexpr const char* kStatsFile = "server.json";
std::string input_file(unsigned port);     ///< "in0.pcap"
std::string output_file(unsigned port);    ///< "out0.pcap"
std::string client_name(unsigned client);  ///< "client0"

/// The vdev of a pcap or null port. pcap: device arguments over 63 characters break secondaries,
/// hence the short relative names.
std::string vdev_argument(PortKind kind, unsigned port);

std::vector<std::string> server_command(const Scenario& scenario, const LaunchPlan& plan);
std::vector<std::string> client_command(const ClientOptions& client, const LaunchPlan& plan);
std::vector<std::string> wire_command(const LaunchPlan& plan);

/// Megabytes of DPDK memory that the scenario needs, with pages as `hugepages` says. `looped`:
/// packets that net_pcap keeps, one mbuf for each (infinite_rx=1).
unsigned needed_megabytes(const Scenario& scenario, unsigned max_frame, bool hugepages,
                          unsigned looped = 0);

/// How long the server waits for packets when it ends: as given, also among its extra words, else
/// what docs/interfaces.md says.
Duration drain_timeout(const ServerOptions& server);

/// How many clients must have joined before the server receives: as given, else all that start at
/// the beginning.
unsigned start_after(const Scenario& scenario);

}  // namespace ringside::harness
