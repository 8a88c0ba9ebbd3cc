// SPDX-License-Identifier: BSD-3-Clause
// The private directory of one ringside: short, because unix socket paths end at 108 bytes, and
// gone afterwards, whatever happened. A directory whose ringside was killed with SIGKILL is removed
// by the next one of the same user.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/run/file_descriptor.hpp"

namespace ringside::harness {

/// Owner of /tmp/ringside-XXXXXX (or under $TMPDIR when that is short). Move-only; removes it at
/// the end.
class RunDirectory {
 public:
  /// Makes one, after removing those whose owner died. Errors: kEnvironment.
  static Result<RunDirectory> create();
  RunDirectory(RunDirectory&&) noexcept = default;
  RunDirectory& operator=(RunDirectory&&) noexcept = default;
  ~RunDirectory();

  const std::string& path() const { return path_; }
  /// Prefix for DPDK's names, unique on this machine: "rs" and the random part of the path.
  std::string prefix() const;

 private:
  RunDirectory(std::string path, FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  FileDescriptor lock_;  ///< flock on PATH/owner: who holds it is alive
};

/// Removes hugepage files of the DPDK prefix `prefix` ("PREFIXmap_*") in the directory `hugetlbfs`.
/// Returns those that could not be removed. No error when `hugetlbfs` is empty.
std::vector<std::string> remove_hugepage_files(const std::string& hugetlbfs,
                                               const std::string& prefix);

/// Removes a directory with all in it; what could not be removed, one line each.
std::vector<std::string> remove_tree(const std::string& path);

}  // namespace ringside::harness
