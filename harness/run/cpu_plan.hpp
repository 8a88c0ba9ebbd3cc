// SPDX-License-Identifier: BSD-3-Clause
// Which lcore ids and CPUs each process gets. Ids are distinct over all processes of a run, because
// DPDK's mempool caches are indexed by them; CPUs may be shared.
#pragma once

#include <string>
#include <vector>

namespace ringside::harness {

/// Hands out `--lcores` arguments. Ids: server from 0, client k 32 + k, wire 64.
class CpuPlan {
 public:
  /// `cpus` as from host::allowed_cpus(); `server_lcores` >= 1.
  CpuPlan(std::vector<unsigned> cpus, unsigned server_lcores);

  /// "0@0,1@1": one lcore for each of the server's.
  std::string server() const;
  /// "35@1". Clients take turns on the CPUs that the server leaves, or on all when it takes all.
  std::string client(unsigned id) const;
  std::string wire() const;

 private:
  std::vector<unsigned> cpus_;
  unsigned server_lcores_;
  std::vector<unsigned> others_;
};

}  // namespace ringside::harness
