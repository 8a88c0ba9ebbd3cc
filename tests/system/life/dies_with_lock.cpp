// SPDX-License-Identifier: BSD-3-Clause
// A secondary that is killed while it holds one of DPDK's shared locks, as a client can be in the
// middle of its start. `dies_with_lock EAL-ARGUMENTS -- memory|tailq`
#include <rte_eal_memconfig.h>

#include <csignal>
#include <string>

#include "core/program.hpp"
#include "dpdk/eal.hpp"

int main(int argc, char** argv) {
  using namespace ringside;  // NOLINT: main
  const SplitArgs args = split_args(argc, argv);
  const auto give_up = [](const Error& error) { return exit_code("dies_with_lock", error); };
  auto eal = dpdk::Eal::start_secondary(
      args.eal, std::chrono::seconds(60), [] { return false; }, give_up);
  if (!eal) return give_up(eal.error());
  if (args.application.at(0) == "memory") {
    ::rte_mcfg_mem_read_lock();
  } else {
    ::rte_mcfg_tailq_write_lock();
  }
  std::raise(SIGKILL);
}
