// SPDX-License-Identifier: BSD-3-Clause
// Taking and giving back the wire's entry in the shared block: one compare-and-swap on one word,
// generation << 32 | pid, in which pid 0 means free.
#pragma once

#include <atomic>
#include <cstdint>

namespace ringside {

struct ClaimWord {
  std::uint32_t generation = 0;
  std::uint32_t pid = 0;  ///< 0: free

  static constexpr ClaimWord from(std::uint64_t word) {
    return {static_cast<std::uint32_t>(word >> 32), static_cast<std::uint32_t>(word)};
  }
  constexpr std::uint64_t word() const { return std::uint64_t{generation} << 32 | pid; }
  constexpr bool operator==(const ClaimWord&) const = default;
};

/// Takes a claim for `pid` under the next generation, one that is free or whose holder is not
/// `alive`, and returns it; or who holds it.
template <typename Alive>
ClaimWord take_claim(std::atomic<std::uint64_t>& claim, std::uint32_t pid, Alive&& alive) {
  std::uint64_t seen = claim.load(std::memory_order_acquire);
  for (;;) {
    const ClaimWord holder = ClaimWord::from(seen);
    if (holder.pid != 0 && alive(holder.pid)) return holder;
    const ClaimWord mine{holder.generation + 1, pid};
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
  claim.compare_exchange_strong(expected, ClaimWord{mine.generation, 0}.word(),
                                std::memory_order_release,  // pairs: take_claim()
                                std::memory_order_relaxed);
}

}  // namespace ringside
