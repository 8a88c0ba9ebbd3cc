// SPDX-License-Identifier: BSD-3-Clause
// The two ends of a ring, each for the one thread that uses it. rte_ring looks at the other side's
// position in every call, a cache line that another core has just written. An end remembers how far
// the other side was and looks again only when that does not suffice.
//
// The ring stays DPDK's own, in memory and protocol: whoever is at the other end may use rte_ring's
// calls. On a ring with many producers or consumers the end uses them itself; otherwise its side of
// the ring is its own, and it goes by the position that it remembers.
//
// Whoever is at the other end may also write over the ring. What this end touches stays inside the
// ring's memory, and what cannot be is not believed.
//
// Who takes packets off is going to write to them: an end asks for the next ones' lines meanwhile.
//
// After RingView::reset() an end of it is replaced by a new one before it is used again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "dpdk/packet.hpp"
#include "dpdk/ring.hpp"

namespace ringside::dpdk {

/// The ring has been freed by its owner, which leaves zeros: nothing can be put on or taken off. A
/// client that was stopped while its server ended finds that.
inline bool is_gone(const ::rte_ring& ring) {
  return ring.size == 0;
}

/// The memory behind a ring's head, where its packets stand.
inline std::span<Packet> slots_of(::rte_ring& ring, std::uint32_t size) {
  return {reinterpret_cast<Packet*>(&ring + 1), size};
}
inline std::span<Packet> slots_of(::rte_ring& ring) {
  return slots_of(ring, ring.size);
}

/// Where packets are put on.
class ProducerEnd {
 public:
  ProducerEnd() = default;
  explicit ProducerEnd(RingView ring)
      : ring_(ring),
        shape_(ring.shape()),
        at_(ring.get()->prod.tail),
        consumed_(ring.get()->cons.tail) {}

  /// Puts on as many of the front of `packets` as fit; returns how many, the caller keeps the rest.
  unsigned enqueue(std::span<const Packet> packets) {
    if (!shape_.one_producer) return ring_.enqueue(packets);
    ::rte_ring& ring = *ring_.get();
    if (!shape_.owned && is_gone(ring)) return 0;
    const std::uint32_t count = fits(static_cast<std::uint32_t>(packets.size()));
    if (count == 0) return 0;
    const auto slots = slots_of(ring, shape_.size);
    const std::uint32_t slot = at_ & shape_.mask;
    const std::uint32_t straight = std::min(count, shape_.size - slot);
    std::copy_n(packets.begin(), straight, slots.begin() + slot);
    std::copy_n(packets.begin() + straight, count - straight, slots.begin());
    at_ += count;
    ring.prod.head = at_;
    // pairs: the consumer's look at prod.tail
    __atomic_store_n(&ring.prod.tail, at_, __ATOMIC_RELEASE);
    return count;
  }

  /// How many of `wanted` packets fit. All of them, as far as is known, where others put on as
  /// well.
  std::uint32_t fits(std::uint32_t wanted) {
    if (!shape_.one_producer) return wanted;
    if (room() < wanted) look();
    return std::min(wanted, room());
  }
  /// Packets on the ring are no more than this.
  std::uint32_t used_at_most() const { return std::min(position() - consumed_, shape_.capacity); }
  /// Packets on the ring.
  unsigned used() {
    look();
    return used_at_most();
  }
  RingView ring() const { return ring_; }

 private:
  /// Where the next packet is going to stand.
  std::uint32_t position() const { return shape_.one_producer ? at_ : ring_.get()->prod.tail; }
  std::uint32_t room() const { return shape_.capacity - used_at_most(); }
  void look() {
    // pairs: the consumer's store of cons.tail
    consumed_ = __atomic_load_n(&ring_.get()->cons.tail, __ATOMIC_ACQUIRE);
  }

  RingView ring_;
  RingShape shape_;
  std::uint32_t at_ = 0;        ///< prod.tail, as it should be
  std::uint32_t consumed_ = 0;  ///< cons.tail, when it was last looked at
};

/// Where packets are taken off.
class ConsumerEnd {
 public:
  ConsumerEnd() = default;
  explicit ConsumerEnd(RingView ring)
      : ring_(ring), shape_(ring.shape()), at_(ring.get()->cons.tail), produced_(at_) {}

  /// Takes at most packets.size(); returns how many, which the caller then owns.
  unsigned dequeue(std::span<Packet> packets) {
    if (!shape_.one_consumer) return ring_.dequeue(packets);
    const unsigned count = copy_front(packets);
    take(count);
    return count;
  }
  /// Taking in two steps, see RingView.
  unsigned begin_dequeue(std::span<Packet> packets) {
    return shape_.one_consumer ? copy_front(packets) : ring_.begin_dequeue(packets);
  }
  void finish_dequeue(unsigned count) {
    if (shape_.one_consumer) {
      take(count);
    } else {
      ring_.finish_dequeue(count);
    }
  }

  // For rings with one consumer.

  /// The oldest packets, at most `most`, as they stand in the ring's memory: fewer where it ends.
  /// They stay on the ring until take().
  std::span<Packet> front(std::size_t most) {
    const std::uint32_t ready = ready_for(most);
    const std::uint32_t slot = at_ & shape_.mask;
    return slots().subspan(slot, std::min<std::size_t>({most, ready, shape_.size - slot}));
  }
  /// The `count` oldest are off the ring; their places may be written by the producer.
  void take(std::size_t count) {
    ::rte_ring& ring = *ring_.get();
    at_ += static_cast<std::uint32_t>(count);
    ring.cons.head = at_;
    // pairs: the producer's look at cons.tail
    __atomic_store_n(&ring.cons.tail, at_, __ATOMIC_RELEASE);
  }
  /// The producer has claimed to have put on more than the ring holds. Such a claim counts as none.
  bool was_lied_to() const { return lied_to_; }
  RingView ring() const { return ring_; }

 private:
  std::span<Packet> slots() const { return slots_of(*ring_.get(), shape_.size); }
  /// Packets on the ring, as far as they are known; all of them when these are fewer than `most`.
  std::uint32_t ready_for(std::size_t most) {
    const ::rte_ring& ring = *ring_.get();
    if (!shape_.owned && is_gone(ring)) return 0;
    if (produced_ - at_ < most) {
      // pairs: the producer's store of prod.tail
      produced_ = __atomic_load_n(&ring.prod.tail, __ATOMIC_ACQUIRE);
    }
    if (produced_ - at_ > shape_.capacity) [[unlikely]] {
      lied_to_ = true;
      produced_ = at_;
    }
    return produced_ - at_;
  }
  unsigned copy_front(std::span<Packet> packets) {
    const auto count = std::min<std::uint32_t>(ready_for(packets.size()),
                                               static_cast<std::uint32_t>(packets.size()));
    const std::uint32_t slot = at_ & shape_.mask;
    const std::uint32_t straight = std::min(count, shape_.size - slot);
    std::copy_n(slots().begin() + slot, straight, packets.begin());
    std::copy_n(slots().begin(), count - straight, packets.begin() + straight);
    claim_known(at_ + count, packets.size());
    return count;
  }
  /// The next burst's mbufs come while this one is handled: `most` packets from position `at` on,
  /// as far as they are known, without a look at the other side.
  void claim_known(std::uint32_t at, std::size_t most) {
    const std::uint32_t slot = at & shape_.mask;
    claim(slots().subspan(slot, std::min<std::size_t>({most, produced_ - at, shape_.size - slot})));
  }

  RingView ring_;
  RingShape shape_;
  std::uint32_t at_ = 0;        ///< cons.tail, as it should be
  std::uint32_t produced_ = 0;  ///< prod.tail, when it was last looked at
  bool lied_to_ = false;
};

}  // namespace ringside::dpdk
