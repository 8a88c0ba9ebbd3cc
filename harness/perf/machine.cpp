// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/machine.hpp"

#include <fmt/format.h>

#include <cmath>

#include "harness/perf/machine_json.hpp"
#include "host/affinity.hpp"
#include "host/machine.hpp"

namespace ringside::harness::perf {
namespace {

std::string known(std::string governor) {
  return governor == host::kNoGovernor ? "" : governor;
}

}  // namespace

std::string to_text(const Machine& machine) {
  const bool usual = machine.memory == kSuiteMemory;
  return fmt::format("{}, {} cores, {}, DPDK {}{}{}{}{}", machine.cpu, machine.cores,
                     machine.kernel, machine.dpdk, machine.governor.empty() ? "" : ", governor ",
                     machine.governor, usual ? "" : ", memory ", usual ? "" : machine.memory);
}

Machine this_machine(std::string dpdk) {
  return {host::cpu_model(),       static_cast<unsigned>(host::allowed_cpus().size()),
          host::kernel(),          std::move(dpdk),
          known(host::governor()), kSuiteMemory};
}

Json machine_json(const Machine& machine) {
  return {{"cpu", machine.cpu},
          {"cores", machine.cores},
          {"kernel", machine.kernel},
          {"dpdk", machine.dpdk},
          {"governor", machine.governor.empty() ? host::kNoGovernor : machine.governor},
          {"memory", machine.memory}};
}

Machine machine_in(const Json& json) {
  // As a double: another number would be turned into some other one without a word.
  const double cores = json.at("cores");
  return {json.at("cpu"),
          cores == std::floor(cores) && cores > 0 && cores < 1e6 ? static_cast<unsigned>(cores) : 0,
          json.at("kernel"),
          json.at("dpdk"),
          known(json.value("governor", "")),
          json.value("memory", kSuiteMemory)};
}

}  // namespace ringside::harness::perf
