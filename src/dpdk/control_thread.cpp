// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/control_thread.hpp"

#include <fmt/format.h>
#include <rte_lcore.h>
#include <rte_version.h>
#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
#include <rte_thread.h>
#endif

#include <cstring>
#include <utility>

namespace ringside::dpdk {

void* ControlThread::run(void* running) {
  static_cast<Running*>(running)->work();
  return nullptr;
}

Result<ControlThread> ControlThread::start(const char* name, std::function<void()> work) {
  auto running = std::make_unique<Running>();
  running->work = std::move(work);
#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
  // rte_ctrl_thread_create() is gone; its successor wraps the same thread.
  ::rte_thread_t thread{};
  const int failed = -::rte_thread_create_control(
      &thread, name, [](void* argument) -> std::uint32_t { return run(argument), 0; },
      running.get());
  running->thread = static_cast<::pthread_t>(thread.opaque_id);
#else
  const int failed = -::rte_ctrl_thread_create(&running->thread, name, nullptr, run, running.get());
#endif
  if (failed != 0) {
    return environment_error(
        fmt::format("cannot start the thread {} ({})", name, std::strerror(failed)));
  }
  return ControlThread(std::move(running));
}

ControlThread::~ControlThread() {
  if (running_ != nullptr) ::pthread_join(running_->thread, nullptr);
}

}  // namespace ringside::dpdk
