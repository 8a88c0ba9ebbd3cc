// SPDX-License-Identifier: BSD-3-Clause
// Counters with one writer and any number of readers, in the same process or in another.
#pragma once

#include <atomic>
#include <cstdint>

namespace ringside {

/// Adds without a locked instruction: only the one writer may call it. Readers see whole values;
/// what orders them against packets is the ring the packets travel through.
inline void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) {
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

inline std::uint64_t read(const std::atomic<std::uint64_t>& counter) {
  return counter.load(std::memory_order_relaxed);
}

}  // namespace ringside
