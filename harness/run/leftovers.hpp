// SPDX-License-Identifier: BSD-3-Clause
// What programs should have taken with them when they ended.
#pragma once

#include <string>
#include <vector>

#include "harness/model/observation.hpp"

namespace ringside::harness {

/// Removes hugepage files of `prefix` in `hugetlbfs`, and looks for runtime files of DPDK in
/// `dpdk_directory`. A phrase for each thing that was there; none for runtime files when a program
/// of `ends` did not end in peace: it could not take them with it.
std::vector<std::string> find_leftovers(const std::string& hugetlbfs, const std::string& prefix,
                                        const std::string& dpdk_directory,
                                        const std::vector<ProgramEnd>& ends);

}  // namespace ringside::harness
