// SPDX-License-Identifier: BSD-3-Clause
// Memory without hugepages, shared. DPDK's --no-huge keeps its heap in a memfd, but tells
// secondaries nothing about it: the file `hugepage_data`, from which a secondary learns what to
// map, is not written. Writing it ourselves, with one entry that names /proc/PID/fd/FD, lets an
// unmodified secondary started with --no-huge attach.
#pragma once

#include <string>

#include "core/result.hpp"

namespace ringside::dpdk {

/// Is `version` (as rte_version() says it, "DPDK 22.11.11") one whose secondaries are known to read
/// the entry that we write? The struct is private to EAL, so a version is known by having been
/// tried.
bool no_huge_sharing_known_for(const std::string& version);

/// The published file; removed when this goes out of scope.
class NoHugePublication {
 public:
  /// Primary with --no-huge only, after rte_eal_init. The file is written under a temporary name
  /// and renamed, so a secondary sees all of it or nothing. Error: kEnvironment.
  static Result<NoHugePublication> publish(const std::string& runtime_directory);

  NoHugePublication(NoHugePublication&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  NoHugePublication& operator=(NoHugePublication&&) = delete;
  ~NoHugePublication();

 private:
  explicit NoHugePublication(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace ringside::dpdk
