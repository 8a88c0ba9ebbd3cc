// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/doorbell.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>

namespace ringside::dpdk {
namespace {

/// FUTEX_WAIT and FUTEX_WAKE for words that processes share. Both may fail; then it is as if they
/// had returned early, or for nobody.
void futex(const std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
           const std::timespec* timeout = nullptr) {
  ::syscall(SYS_futex, &word, operation, value, timeout, nullptr, 0);
}

}  // namespace

void Sleeper::fall_asleep() {
  const std::uint32_t naps = naps_.load(std::memory_order_relaxed);
  naps_.store(naps + 1, std::memory_order_release);  // pairs: Ringer::look()
  // The look at the ring that follows is not earlier than this store.
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

void Sleeper::wake_up() {
  const std::uint32_t naps = naps_.load(std::memory_order_relaxed);
  // pairs: Ringer::look()
  if (naps % 2 == 1) naps_.store(naps + 1, std::memory_order_release);
}

void Sleeper::wait_while(std::uint32_t bell, std::chrono::nanoseconds longest) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
  const std::timespec timeout{seconds.count(), (longest - seconds).count()};
  futex(bell_, FUTEX_WAIT, bell, &timeout);
}

void Ringer::ring() {
  bell_.fetch_add(1, std::memory_order_relaxed);
  futex(bell_, FUTEX_WAKE, INT_MAX);
}

}  // namespace ringside::dpdk
