// SPDX-License-Identifier: BSD-3-Clause
// SIGINT and SIGTERM reach one thread only, of which it can be said when it has had its last one. A
// signal that any other thread had taken would be lost with it when the program begins anew: an
// exec ends the other threads wherever they are.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

namespace ringside::client {

class StopSignals {
 public:
  /// Blocks them for the calling thread, and so for all that it starts from now on: call it before
  /// EAL starts its own, with the handlers installed. In a new beginning they are blocked already,
  /// and those that came meanwhile are let in now.
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  ~StopSignals() { close(); }

  /// When this returns, what had come has been handled; what comes later waits, for a new beginning
  /// if there is one. From any thread, more than once.
  void close();

 private:
  void let_in();

  std::atomic<bool> closing_{false};
  std::once_flag closed_;
  std::thread thread_;
};

}  // namespace ringside::client
