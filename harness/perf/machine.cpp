// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/machine.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <fstream>
#include <iterator>

#include "harness/perf/machine_json.hpp"
#include "host/affinity.hpp"

namespace ringside::harness::perf {

std::string to_text(const Machine& machine) {
  return fmt::format("{}, {} cores, kernel {}, DPDK {}", machine.cpu, machine.cores, machine.kernel,
                     machine.dpdk);
}

std::string cpu_model_in(std::string_view cpuinfo) {
  const std::size_t line = cpuinfo.find("model name");
  if (line == cpuinfo.npos) return "unknown";
  cpuinfo.remove_prefix(line);
  cpuinfo = cpuinfo.substr(0, cpuinfo.find('\n'));
  const std::size_t colon = cpuinfo.find(": ");
  return colon == cpuinfo.npos ? "unknown" : std::string(cpuinfo.substr(colon + 2));
}

Machine this_machine(std::string dpdk) {
  std::ifstream file("/proc/cpuinfo");
  const std::string cpuinfo{std::istreambuf_iterator<char>(file), {}};
  utsname names{};
  ::uname(&names);
  return {cpu_model_in(cpuinfo), static_cast<unsigned>(host::allowed_cpus().size()), names.release,
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
