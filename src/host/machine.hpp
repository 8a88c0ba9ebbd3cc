// SPDX-License-Identifier: BSD-3-Clause
// Where the figures were taken: what every result says of the machine and the build.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ringside::host {

/// "AMD EPYC"; "unknown" where the kernel does not say.
std::string cpu_model();
/// "Linux 6.1.0-18-amd64 x86_64"
std::string kernel();
/// "performance"; kNoGovernor where the kernel leaves the CPUs' clock alone.
std::string governor();
inline constexpr const char* kNoGovernor = "none (no cpufreq)";
/// Of the sources that this program was built from: "1a2b3c4d5e6f-dirty"; "unknown".
std::string git_version();

/// "PROGRAM VERSION" and "git COMMIT", on a line each of standard output; returns 0.
int print_version(const char* program);

/// Names and values, in the order in which they are shown: cpu_model, governor, kernel, git.
std::vector<std::pair<std::string, std::string>> machine_facts();

}  // namespace ringside::host
