// SPDX-License-Identifier: BSD-3-Clause
// Ends a primary that does not get through its own clean-up. That takes locks in shared memory
// which a process killed in the middle of its start may hold for ever.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "core/result.hpp"

namespace ringside::dpdk {

class EndWatch {
 public:
  /// As StartWatch::GiveUp.
  using GiveUp = std::function<int(const Error&)>;

  /// From now on the end may take `limit`; then the process ends by _exit() with what `give_up`
  /// says to an error kTimedOut.
  EndWatch(std::chrono::nanoseconds limit, GiveUp give_up);
  EndWatch(const EndWatch&) = delete;
  /// The end is done.
  ~EndWatch();

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace ringside::dpdk
