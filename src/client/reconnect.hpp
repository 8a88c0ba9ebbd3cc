// SPDX-License-Identifier: BSD-3-Clause
// A client whose server has ended joins the next one: with --reconnect, and always while it has not
// joined yet and has time left to wait.
#pragma once

#include <sched.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "client/stop_signals.hpp"
#include "core/result.hpp"

namespace ringside::client {

/// EAL can be started once in the life of a process image, so the program begins anew in the same
/// process: same pid, same arguments, nothing of the old server mapped or locked any more, and then
/// waits for a server as at first, or for what was left of the wait. Make it first thing in main:
/// it keeps what EAL is going to change and the new beginning must find as it was, and in a new
/// beginning closes what the old one had open.
class Reconnect {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Reconnect(char** argv);
  /// Is this an end after which the next server is waited for? Not when the client was asked to
  /// end, nor when it is the client's own fault.
  static bool after(const Status& end);
  /// Begins anew, with a wait for a server that ends at `wait_until` if given. Returns only when
  /// that fails, with why. Not when a stop signal has come, and one that comes later is one to the
  /// new beginning: `stop_signals` is closed. From any thread.
  Error start_over(StopSignals& stop_signals, std::optional<Clock::time_point> wait_until) const;
  /// When the wait for a server ends that this beginning goes on with.
  std::optional<Clock::time_point> wait_until() const { return wait_until_; }

 private:
  char** argv_;
  std::string program_;
  std::vector<char*> environment_;
  cpu_set_t cpus_;
  std::optional<Clock::time_point> wait_until_;
};

}  // namespace ringside::client
