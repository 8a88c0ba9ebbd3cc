// SPDX-License-Identifier: BSD-3-Clause
#include "core/owed_fifo.hpp"

namespace ringside {

std::size_t OwedFifo::drain(std::vector<OwedPacket>& to) {
  const std::size_t before = to.size();
  for_each([&to](OwedPacket packet, std::uint64_t) { to.push_back(packet); });
  pass(size());
  gaps_ = 0;
  return to.size() - before;
}

std::size_t OwedFifo::count_next(std::span<void* const> packets) const {
  std::size_t count = 0;
  while (count < packets.size() && is_at(count, packets[count])) ++count;
  return count;
}

Settled OwedFifo::settle_one(const void* packet) {
  skip_settled();
  const std::size_t owed = pushed_.load(std::memory_order_acquire) - settled();  // pairs: push()
  for (std::size_t i = 0; i < owed; ++i) {
    if (!is_at(i, packet)) continue;
    // relaxed: a scan may see the packet or not.
    std::atomic_ref(packets_[in_lap(head_ + i)]).store(nullptr, std::memory_order_relaxed);
    ++gaps_;
    skip_settled();
    return i == 0 ? Settled::kInOrder : Settled::kOutOfOrder;
  }
  return Settled::kNotOwed;
}

/// Moves past the packets that came back before their turn.
void OwedFifo::skip_settled() {
  while (gaps_ > 0 && packets_[head_] == nullptr) {
    pass(1);
    --gaps_;
  }
}

}  // namespace ringside
