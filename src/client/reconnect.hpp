// SPDX-License-Identifier: BSD-3-Clause
// --reconnect: a client whose server has ended joins the next one.
#pragma once

#include <sched.h>

#include <string>
#include <vector>

#include "core/result.hpp"

namespace ringside::client {

/// EAL can be started once in the life of a process image, so the program begins anew in the same
/// process: same pid, same arguments, nothing of the old server mapped or locked any more, and then
/// waits for a server as at first. Make it first thing in main: it keeps what EAL is going to
/// change and the new beginning must find as it was, and in a new beginning closes what the old one
/// had open.
class Reconnect {
 public:
  explicit Reconnect(char** argv);
  /// Signals that arrived during the exec are let in. Call when the handlers are installed.
  static void let_signals_in();
  /// Is this an end after which the next server is waited for? Not when the client was asked to
  /// end, nor when it is the client's own fault.
  static bool after(const Status& end);
  /// Begins anew. Returns only when that fails, with why. From any thread.
  Error start_over() const;

 private:
  char** argv_;
  std::string program_;
  std::vector<char*> environment_;
  cpu_set_t cpus_;
};

}  // namespace ringside::client
