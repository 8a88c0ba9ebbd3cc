// SPDX-License-Identifier: BSD-3-Clause
// Taking and giving back the wire's entry in the shared block: one compare-and-swap on one word
// that says which process holds it, start << 32 | pid, in which pid 0 means free. A pid alone comes
// to mean another process some day, which would then hold the entry without knowing it.
#pragma once

#include <atomic>
#include <cstdint>

namespace ringside {

struct ClaimWord {
  std::uint32_t start = 0;  ///< lower half of the time at which the process began: start_time_in()
  std::uint32_t pid = 0;    ///< 0: free

  static constexpr ClaimWord from(std::uint64_t word) {
    return {static_cast<std::uint32_t>(word >> 32), static_cast<std::uint32_t>(word)};
  }
  static constexpr ClaimWord of(std::uint32_t pid, std::uint64_t start_time) {
    return {static_cast<std::uint32_t>(start_time), pid};
  }
  constexpr std::uint64_t word() const { return std::uint64_t{start} << 32 | pid; }
  constexpr bool operator==(const ClaimWord&) const = default;
};

/// Takes a claim, one that is free or whose holder is not `alive`, and returns `mine`; or who holds
/// it.
template <typename Alive>
ClaimWord take_claim(std::atomic<std::uint64_t>& claim, ClaimWord mine, Alive&& alive) {
  std::uint64_t seen = claim.load(std::memory_order_acquire);
  for (;;) {
    const ClaimWord holder = ClaimWord::from(seen);
    if (holder.pid != 0 && alive(holder)) return holder;
    // acq_rel: pairs with the release in give_back_claim(), so that what the last holder wrote to
    // the slot is seen before we write to it.
    if (claim.compare_exchange_weak(seen, mine.word(), std::memory_order_acq_rel,
                                    std::memory_order_acquire)) {
      return mine;
    }
  }
}

/// Frees a claim if it is `mine` still: a process that was stopped and taken for dead must not free
/// that of its successor.
inline void give_back_claim(std::atomic<std::uint64_t>& claim, ClaimWord mine) {
  std::uint64_t expected = mine.word();
  claim.compare_exchange_strong(expected, ClaimWord{}.word(),
                                std::memory_order_release,  // pairs: take_claim()
                                std::memory_order_relaxed);
}

}  // namespace ringside
