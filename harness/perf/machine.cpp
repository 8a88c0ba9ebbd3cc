// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/machine.hpp"

#include <fmt/format.h>

#include "harness/perf/machine_json.hpp"
#include "host/affinity.hpp"
#include "host/machine.hpp"

namespace ringside::harness::perf {

std::string to_text(const Machine& machine) {
  return fmt::format("{}, {} cores, {}, DPDK {}", machine.cpu, machine.cores, machine.kernel,
                     machine.dpdk);
}

Machine this_machine(std::string dpdk) {
  return {host::cpu_model(), static_cast<unsigned>(host::allowed_cpus().size()), host::kernel(),
          std::move(dpdk)};
}

Json machine_json(const Machine& machine) {
  return {{"cpu", machine.cpu},
          {"cores", machine.cores},
          {"kernel", machine.kernel},
          {"dpdk", machine.dpdk}};
}

Machine machine_in(const Json& json) {
  return {json.at("cpu"), json.at("cores"), json.at("kernel"), json.at("dpdk")};
}

}  // namespace ringside::harness::perf
