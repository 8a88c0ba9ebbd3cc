// SPDX-License-Identifier: BSD-3-Clause
// The workers of a sample: threads of this process and, for the two-process placement, of a helper,
// a DPDK secondary that is started when the first sample needs it.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "bench/ring/shared_page.hpp"
#include "bench/ring/worker.hpp"
#include "core/result.hpp"

namespace ringside::bench {

/// Runs each task on a thread of its own; returns when all are done.
std::vector<Outcome> run_here(std::span<const Task> tasks, ::rte_ring* ring, SharedPage& page);

/// The secondary, seen from the primary. Move-only; destroying it ends the process.
class Helper {
 public:
  /// Starts this very program as a secondary with `eal_args` (all but the program name). It shares
  /// `page`. Errors: kEnvironment.
  static Result<Helper> start(const std::vector<std::string>& eal_args, const SharedPageFile& page);

  Helper(Helper&& other) noexcept;
  Helper& operator=(Helper&&) = delete;
  ~Helper();

  /// Gives it the tasks. They run until finish().
  Status begin(std::span<const Task> tasks);
  /// What came of them. Errors: kEnvironment, the helper died or hangs.
  Result<std::vector<Outcome>> finish();

 private:
  Helper(pid_t pid, int socket) : pid_(pid), socket_(socket) {}
  pid_t pid_;
  int socket_;
};

/// The word in argv[1] that makes this program a helper.
inline constexpr const char* kHelperWord = "--helper";
/// The helper's main: does tasks until the primary closes the socket. `words`: argv after
/// kHelperWord.
Status run_helper(std::vector<std::string> words);

}  // namespace ringside::bench
