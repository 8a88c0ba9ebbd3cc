// SPDX-License-Identifier: BSD-3-Clause
#include "host/machine.hpp"

#include <sys/utsname.h>

#include <fstream>

#include "core/program.hpp"

namespace ringside::host {

extern const char kGitVersionText[];  // git_version.cpp

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != line.npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string kernel() {
  ::utsname name{};
  if (::uname(&name) != 0) return "unknown";
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

std::string git_version() {
  return kGitVersionText;
}

int print_version(const char* program) {
  ringside::print_version(program);
  return print_text("git " + git_version() + "\n");
}

std::string governor() {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  std::string name;
  return file >> name ? name : kNoGovernor;
}

std::vector<std::pair<std::string, std::string>> machine_facts() {
  return {{"cpu_model", cpu_model()},
          {"governor", governor()},
          {"kernel", kernel()},
          {"git", git_version()}};
}

}  // namespace ringside::host
