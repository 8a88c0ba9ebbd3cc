// SPDX-License-Identifier: BSD-3-Clause
// Which memory a run uses: hugepages when enough are free, else ordinary memory (--no-huge). The
// decision is a pure function of what the machine has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ringside::harness {

enum class MemoryMode { kAuto, kHugepages, kNoHuge };

/// "auto", "hugepages" or "no-huge". Errors: kUsage.
Result<MemoryMode> parse_memory_mode(std::string_view text);

/// What the machine has.
struct MemoryFacts {
  std::string hugetlbfs;                 ///< a mount point we may write in; empty: none
  unsigned free_hugepage_megabytes = 0;  ///< of that mount's page size
  unsigned available_megabytes = 0;      ///< of ordinary memory, shared memory included
};

/// Reads /proc/mounts, /sys/kernel/mm/hugepages and /proc/meminfo under `root` ("" = the machine).
MemoryFacts read_memory_facts(const std::string& root = "");

/// What a run uses.
struct MemoryPlan {
  bool hugepages = false;
  unsigned megabytes = 0;
  std::string hugetlbfs;  ///< where hugepage files appear; empty without hugepages
  std::string reason;     ///< why not hugepages, for -v; empty with hugepages

  /// "hugepages" or "no-huge", as every result says it.
  const char* name() const { return hugepages ? "hugepages" : "no-huge"; }
};

/// Chooses. Errors: kEnvironment, when `mode` asks for hugepages that are not there, or when there
/// is no room for `megabytes` at all.
Result<MemoryPlan> plan_memory(MemoryMode mode, const MemoryFacts& facts, unsigned megabytes);

/// EAL arguments of the primary, and of the secondaries.
std::vector<std::string> primary_memory_args(const MemoryPlan& plan);
std::vector<std::string> secondary_memory_args(const MemoryPlan& plan);

}  // namespace ringside::harness
