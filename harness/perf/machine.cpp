// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/machine.hpp"

#include <fmt/format.h>

#include "harness/perf/machine_json.hpp"
#include "host/affinity.hpp"
#include "host/machine.hpp"

namespace ringside::harness::perf {
namespace {

/// That of every program of the suite.
constexpr const char* kMemory = "no-huge";

std::string known(std::string governor) {
  return governor == host::kNoGovernor ? "" : governor;
}

}  // namespace

std::string to_text(const Machine& machine) {
  return fmt::format("{}, {} cores, {}, DPDK {}{}{}", machine.cpu, machine.cores, machine.kernel,
                     machine.dpdk, machine.governor.empty() ? "" : ", governor ", machine.governor);
}

Machine this_machine(std::string dpdk) {
  return {host::cpu_model(), static_cast<unsigned>(host::allowed_cpus().size()), host::kernel(),
          std::move(dpdk), known(host::governor())};
}

Json machine_json(const Machine& machine) {
  return {{"cpu", machine.cpu},
          {"cores", machine.cores},
          {"kernel", machine.kernel},
          {"dpdk", machine.dpdk},
          {"governor", machine.governor.empty() ? host::kNoGovernor : machine.governor},
          {"memory", kMemory}};
}

Machine machine_in(const Json& json) {
  return {json.at("cpu"), json.at("cores"), json.at("kernel"), json.at("dpdk"),
          known(json.value("governor", ""))};
}

}  // namespace ringside::harness::perf
