// SPDX-License-Identifier: BSD-3-Clause
// A thread beside the lcores: it runs where DPDK runs its own, not on a CPU that an lcore polls on
// if there is another.
#pragma once

#include <pthread.h>

#include <functional>
#include <memory>

#include "core/result.hpp"

namespace ringside::dpdk {

class ControlThread {
 public:
  /// Runs `work`. `name` has at most 15 characters. Error kEnvironment when there is no thread to
  /// be had.
  static Result<ControlThread> start(const char* name, std::function<void()> work);

  ControlThread(ControlThread&& other) noexcept = default;
  ControlThread& operator=(ControlThread&&) = delete;
  /// Waits for the end of `work`, which the owner has told to end.
  ~ControlThread();

 private:
  struct Running {
    ::pthread_t thread{};
    std::function<void()> work;
  };
  explicit ControlThread(std::unique_ptr<Running> running) : running_(std::move(running)) {}
  static void* run(void* running);
  std::unique_ptr<Running> running_;
};

}  // namespace ringside::dpdk
