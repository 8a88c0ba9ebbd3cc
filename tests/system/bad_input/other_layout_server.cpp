// SPDX-License-Identifier: BSD-3-Clause
// A primary process that announces itself as mp_server does, with a shared block of a layout that
// is not this build's. Runs until a signal ends it.
#include <unistd.h>

#include <cstdio>

#include "core/layout_check.hpp"
#include "core/program.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/shared_info.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  auto eal = dpdk::Eal::start_primary(split_args(argc, argv).eal);
  if (!eal) return exit_code("other_layout_server", eal.error());
  auto zone = dpdk::SharedInfoZone::create(0);
  if (!zone) return exit_code("other_layout_server", zone.error());
  publish_layout(zone->info());
  zone->info().layout_version = shared::kLayoutVersion + 1;
  if (Status announced = eal->announce(); !announced) {
    return exit_code("other_layout_server", announced);
  }
  std::puts("ready");
  std::fflush(stdout);
  ::pause();
}
