// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/robust_futex.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace ringside::dpdk {

RobustFutex::RobustFutex(std::atomic<std::uint32_t>& word) : word_(word) {
  // The one that the C library keeps for robust mutexes.
  if (::syscall(SYS_get_robust_list, 0, &before_, &before_size_) != 0) return;
  entry_.next = &list_.list;
  list_.list.next = &entry_;
  list_.futex_offset = reinterpret_cast<char*>(&word_) - reinterpret_cast<char*>(&entry_);
  if (::syscall(SYS_set_robust_list, &list_, sizeof list_) != 0) return;
  word_.store(static_cast<std::uint32_t>(::gettid()), std::memory_order_relaxed);
}

RobustFutex::~RobustFutex() {
  word_.store(0, std::memory_order_relaxed);
  if (before_ != nullptr) ::syscall(SYS_set_robust_list, before_, before_size_);
}

}  // namespace ringside::dpdk
