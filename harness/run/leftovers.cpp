// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/leftovers.hpp"

#include <algorithm>
#include <filesystem>

#include "core/result.hpp"
#include "harness/run/run_directory.hpp"

namespace ringside::harness {
namespace fs = std::filesystem;

std::vector<std::string> find_leftovers(const std::string& hugetlbfs, const std::string& prefix,
                                        const std::string& dpdk_directory,
                                        const std::vector<ProgramEnd>& ends) {
  std::vector<std::string> leftovers;
  for (const auto& file : remove_hugepage_files(hugetlbfs, prefix)) {
    leftovers.push_back("hugepage file " + file);
  }
  // A process that ended in peace takes its sockets and what it published with it; DPDK itself
  // leaves its configuration files, and those go with the directory.
  const bool peaceful = std::all_of(ends.begin(), ends.end(), [](const ProgramEnd& end) {
    return end.code == static_cast<int>(ExitCode::kOk);
  });
  if (!peaceful) return leftovers;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(dpdk_directory, ignored)) {
    const std::string name = entry.path().filename();
    if (name.rfind("mp_socket", 0) == 0 || name.rfind("dpdk_telemetry", 0) == 0 ||
        name == "hugepage_data") {
      leftovers.push_back("runtime file " + name);
    }
  }
  return leftovers;
}

}  // namespace ringside::harness
