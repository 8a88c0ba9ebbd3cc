// SPDX-License-Identifier: BSD-3-Clause
// Who lives in the runtime directory of a prefix, asked from outside, before rte_eal_init(): EAL
// itself would refuse in words that name nobody, or hang.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace ringside::dpdk {

enum class ProcessState { kGone, kStopped, kRuns };
/// A zombie is gone; one at a debugger's breakpoint is stopped.
ProcessState process_state(pid_t pid);
/// Whether a thread, of whatever process, runs or would if it had a CPU.
bool is_ready(pid_t thread);
/// "4711 (mp_client)", "4711 (mp_client, stopped)".
std::string describe_process(pid_t pid);

/// `path` itself, or the nearest directory above it that exists.
std::filesystem::path nearest_existing(std::filesystem::path path);

class RuntimeDirectory {
 public:
  /// `path` need not exist.
  explicit RuntimeDirectory(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string config_file() const { return path_ + "/config"; }
  /// In it a server that can be joined writes its pid.
  std::string ready_file() const { return path_ + "/mp_server.ready"; }

  /// This user may not look into it.
  bool is_barred() const;
  /// The process that holds the primary's lock, or 0. Never to be asked by the primary itself: a
  /// process loses its locks on a file as soon as it closes any descriptor of it.
  pid_t primary() const;
  /// The primary, when it has announced itself; else 0. An announcement of another pid is what a
  /// killed server left.
  pid_t announced_server() const;
  /// Other processes that have files of this directory mapped: attached to a primary, which may be
  /// gone. Those that this user may not look into are missing.
  std::vector<pid_t> users() const;
  /// Is one of EAL's files locked, by whomever? Then no new primary can start here.
  bool in_use() const;
  /// Removes what secondaries have left that were killed: EAL's sockets to which nobody listens,
  /// arrays of one process that nobody has locked.
  void remove_killed_secondaries() const;

 private:
  std::string path_;
};

}  // namespace ringside::dpdk
