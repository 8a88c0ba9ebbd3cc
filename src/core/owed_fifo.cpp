// SPDX-License-Identifier: BSD-3-Clause
#include "core/owed_fifo.hpp"

namespace ringside {

std::size_t OwedFifo::drain(std::vector<OwedPacket>& to) {
  const std::size_t before = to.size();
  for_each([&to](OwedPacket packet, std::uint64_t) { to.push_back(packet); });
  settled_.store(pushed(), std::memory_order_release);
  gaps_ = 0;
  return to.size() - before;
}

Settled OwedFifo::settle_one(const void* packet) {
  skip_settled();
  const std::uint64_t begin = settled();
  const std::uint64_t end = pushed_.load(std::memory_order_acquire);  // pairs: push()
  for (std::uint64_t at = begin; at < end; ++at) {
    if (!slots_[at & mask_].is(packet)) continue;
    // relaxed: a scan may see the packet or not.
    std::atomic_ref(slots_[at & mask_].word_).store(0, std::memory_order_relaxed);
    ++gaps_;
    skip_settled();
    return at == begin ? Settled::kInOrder : Settled::kOutOfOrder;
  }
  return Settled::kNotOwed;
}

/// Moves past the packets that came back before their turn.
void OwedFifo::skip_settled() {
  const std::uint64_t end = pushed_.load(std::memory_order_acquire);
  std::uint64_t at = settled();
  for (; at < end && slots_[at & mask_].word_ == 0; ++at) --gaps_;
  settled_.store(at, std::memory_order_release);
}

}  // namespace ringside
