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

bool is_asleep(std::uint32_t naps) {
  return naps % 2 == 1;
}

}  // namespace

void Sleeper::fall_asleep() {
  const std::uint32_t naps = slot_.naps.load(std::memory_order_relaxed);
  slot_.naps.store(naps + 1, std::memory_order_release);  // pairs: Ringer::look()
  // The look at the ring that follows is not earlier than this store.
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

void Sleeper::wake_up() {
  const std::uint32_t naps = slot_.naps.load(std::memory_order_relaxed);
  // pairs: Ringer::look()
  if (is_asleep(naps)) slot_.naps.store(naps + 1, std::memory_order_release);
}

void Sleeper::wait_while(std::uint32_t bell) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest_);
  const std::timespec timeout{seconds.count(), (longest_ - seconds).count()};
  futex(slot_.verdict.bell, FUTEX_WAIT, bell, &timeout);
}

void Ringer::handle(ClientId client, RingView work, std::uint32_t naps, std::uint64_t handed) {
  if (is_asleep(naps)) {
    // It will be looked at again.
    if (handed == rung_for_[client.value] || work.used() == 0) return;
    rung_for_[client.value] = handed;
    std::atomic<std::uint32_t>& bell = info_.client[client.value].verdict.bell;
    bell.fetch_add(1, std::memory_order_relaxed);
    futex(bell, FUTEX_WAKE, INT_MAX);
  }
  handled_[client.value] = naps;
}

}  // namespace ringside::dpdk
