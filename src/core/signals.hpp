// SPDX-License-Identifier: BSD-3-Clause
// Signals a program ends or reports on. The handlers store one lock-free flag each.
#pragma once

#include <atomic>
#include <csignal>

namespace ringside::signals {

inline std::atomic<int> stop_requests{0};        ///< SIGINT and SIGTERM so far
inline std::atomic<bool> report_request{false};  ///< SIGUSR1
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

/// Takes over SIGINT, SIGTERM and SIGUSR1. Call before EAL starts its threads.
inline void install() {
  const auto stop = [](int) { stop_requests.fetch_add(1, std::memory_order_relaxed); };
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
#ifdef SIGUSR1
  std::signal(SIGUSR1, [](int) { report_request.store(true, std::memory_order_relaxed); });
#endif
}

inline bool stop_requested() {
  return stop_requests.load(std::memory_order_relaxed) > 0;
}

}  // namespace ringside::signals
