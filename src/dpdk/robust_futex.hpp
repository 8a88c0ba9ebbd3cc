// SPDX-License-Identifier: BSD-3-Clause
// A word in shared memory by which others see that a thread has ended, before its process has: the
// kernel first writes to it, then takes the memory of the process apart, which for hundreds of MB
// in small pages takes 10 ms and more. See get_robust_list(2).
#pragma once

#include <linux/futex.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ringside::dpdk {

/// For as long as it lives the word holds the id of the thread that made it. At most one for each
/// thread, which destroys it too. Robust mutexes that the thread locks meanwhile are not robust.
class RobustFutex {
 public:
  /// `word` must outlive the process, or this. Where the kernel refuses, the word stays 0.
  explicit RobustFutex(std::atomic<std::uint32_t>& word);
  RobustFutex(const RobustFutex&) = delete;
  RobustFutex& operator=(const RobustFutex&) = delete;
  ~RobustFutex();

 private:
  std::atomic<std::uint32_t>& word_;
  ::robust_list entry_{};
  ::robust_list_head list_{};
  ::robust_list_head* before_ = nullptr;
  std::size_t before_size_ = 0;
};

/// The thread that held the word has ended, or somebody else wrote so.
inline bool says_ended(const std::atomic<std::uint32_t>& word) {
  return word.load(std::memory_order_acquire) == FUTEX_OWNER_DIED;  // pairs: the kernel's store
}

}  // namespace ringside::dpdk
