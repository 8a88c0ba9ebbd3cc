// SPDX-License-Identifier: BSD-3-Clause
// Ends a secondary that does not get through its own start.
//
// rte_eal_init() and the look-ups after it take locks that lie in shared memory. When their holder
// was killed or is stopped they wait for ever, deaf to signals. So a thread of its own watches, and
// has the last word.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "core/result.hpp"

namespace ringside::dpdk {

class StartWatch {
 public:
  using Clock = std::chrono::steady_clock;
  /// The last act of a process that cannot go on: called on a thread of its own while the main one
  /// hangs. Returns the exit code, or does not return.
  using GiveUp = std::function<int(const Error&)>;

  /// Watches from now on. Gives up at `limit` (kTimedOut), a second after `server` has ended
  /// (kServerGone), and a second after `cancelled` says true (kInterrupted), whichever is first,
  /// with _exit().
  StartWatch(pid_t server, Clock::time_point limit, std::function<bool()> cancelled,
             GiveUp give_up);
  StartWatch(const StartWatch&) = delete;
  /// The start is done.
  ~StartWatch();

 private:
  void watch();
  Error reason() const;

  const pid_t server_;
  const Clock::time_point begin_ = Clock::now();
  const Clock::time_point limit_;
  const std::function<bool()> cancelled_;
  const GiveUp give_up_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace ringside::dpdk
