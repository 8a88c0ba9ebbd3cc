// SPDX-License-Identifier: BSD-3-Clause
// Where and of what something was measured. Times of different machines say nothing about each
// other.
#pragma once

#include <string>

namespace ringside::harness::perf {

/// Of every program of the suite, so far.
inline constexpr const char* kSuiteMemory = "no-huge";

struct Machine {
  std::string cpu;                    ///< "Intel(R) Xeon(R) ..."
  unsigned cores = 0;                 ///< that ringside may use
  std::string kernel;                 ///< "Linux 6.1.0-18-amd64 x86_64"
  std::string dpdk;                   ///< that ringside was built with; "none"
  std::string governor = {};          ///< "performance"; empty: there is none, or an older result
  std::string memory = kSuiteMemory;  ///< "no-huge" or "hugepages"
  bool operator==(const Machine&) const = default;
};

/// "AMD EPYC, 2 cores, Linux 6.1.0-18-amd64 x86_64, DPDK 22.11.4", and the governor if there is one
std::string to_text(const Machine& machine);

/// The machine this runs on. `dpdk`: as above.
Machine this_machine(std::string dpdk);

}  // namespace ringside::harness::perf
