// SPDX-License-Identifier: BSD-3-Clause
// A bounded queue from one thread to another. Neither side blocks or allocates, so it can be filled
// in a callback of DPDK's IPC thread and emptied in the control loop.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <type_traits>

namespace ringside {

/// One thread pushes, one pops. `kRoom` is a power of two.
template <typename T, std::size_t kRoom>
class Mailbox {
  static_assert((kRoom & (kRoom - 1)) == 0 && std::is_trivially_copyable_v<T>);

 public:
  /// False when there is no room; nothing is kept then.
  bool push(const T& item) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == kRoom) return false;  // pairs: pop()
    items_[tail % kRoom] = item;
    tail_.store(tail + 1, std::memory_order_release);  // pairs: pop()
    return true;
  }
  /// False when there is nothing.
  bool pop(T& item) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (tail_.load(std::memory_order_acquire) == head) return false;  // pairs: push()
    item = items_[head % kRoom];
    head_.store(head + 1, std::memory_order_release);  // pairs: push()
    return true;
  }

 private:
  std::array<T, kRoom> items_{};
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace ringside
