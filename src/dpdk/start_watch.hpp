// SPDX-License-Identifier: BSD-3-Clause
// Ends a secondary that does not get through its own start.
//
// rte_eal_init() and the look-ups after it take locks that lie in shared memory. When their holder
// was killed or is stopped they wait for ever, deaf to signals. So a thread of its own watches, and
// has the last word.
//
// A start that is only starved must not end so: it may hold one of those locks just then, and would
// leave it to all who come after. So besides the limit it has a time of its own, in which it ran or
// slept, and which does not pass while others have the CPU.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "core/own_time.hpp"
#include "core/result.hpp"

namespace ringside::dpdk {

class StartWatch {
 public:
  using Clock = std::chrono::steady_clock;
  /// The last act of a process that cannot go on: called on a thread of its own while the main one
  /// hangs. Returns the exit code, or does not return.
  using GiveUp = std::function<int(const Error&)>;

  /// Watches the process's main thread from now on, and says on standard error when its start takes
  /// long. Gives up at `limit`, though not before it has had `least` for itself (kTimedOut), a
  /// second after `server` has ended (kServerGone), and a second after `cancelled` says true
  /// (kInterrupted), whichever is first, with _exit().
  StartWatch(pid_t server, Clock::time_point limit, std::chrono::nanoseconds least,
             std::function<bool()> cancelled, GiveUp give_up);
  StartWatch(const StartWatch&) = delete;
  ~StartWatch() { stop(); }

  /// The start is done. Returns how long it was starved.
  std::chrono::nanoseconds stop();
  /// Why the start failed with `error`: because it was cancelled or the server has ended, or else
  /// the error itself. Waits a moment for the end of a server that is about to end.
  Error reason_of(Error error) const;

 private:
  void watch();
  bool overdue();
  void warn() const;
  Error reason() const;
  Error server_ended() const;

  const pid_t server_;
  const Clock::time_point begin_ = Clock::now();
  const Clock::time_point limit_;
  const std::chrono::nanoseconds least_;
  OwnTime own_time_;
  const std::function<bool()> cancelled_;
  const GiveUp give_up_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace ringside::dpdk
