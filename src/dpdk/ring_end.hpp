// SPDX-License-Identifier: BSD-3-Clause
// The two ends of a ring, each for the one thread that uses it. rte_ring looks at the other side's
// position in every call, a cache line that another core has just written. An end remembers how far
// the other side was and looks again only when that does not suffice.
//
// The ring stays DPDK's own, in memory and protocol: whoever is at the other end may use rte_ring's
// calls. On a ring with many producers or consumers the end uses them itself.
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
inline std::span<Packet> slots_of(::rte_ring& ring) {
  return {reinterpret_cast<Packet*>(&ring + 1), ring.size};
}

/// Where packets are put on.
class ProducerEnd {
 public:
  ProducerEnd() = default;
  explicit ProducerEnd(RingView ring)
      : ring_(ring),
        alone_(ring.get()->prod.sync_type == RTE_RING_SYNC_ST),
        consumed_(ring.get()->cons.tail) {}

  /// Puts on as many of the front of `packets` as fit; returns how many, the caller keeps the rest.
  unsigned enqueue(std::span<const Packet> packets) {
    if (!alone_) return ring_.enqueue(packets);
    ::rte_ring& ring = *ring_.get();
    if (is_gone(ring)) return 0;
    const auto wanted = static_cast<std::uint32_t>(packets.size());
    const std::uint32_t at = ring.prod.tail;
    // As a signed number: somebody may have put more on by rte_ring's calls.
    if (static_cast<std::int32_t>(room_from(at)) < static_cast<std::int32_t>(wanted)) look();
    const std::uint32_t count = std::min(wanted, room_from(at));
    if (count == 0) return 0;
    const auto slots = slots_of(ring);
    const std::uint32_t slot = at & ring.mask;
    const std::uint32_t straight = std::min(count, ring.size - slot);
    std::copy_n(packets.begin(), straight, slots.begin() + slot);
    std::copy_n(packets.begin() + straight, count - straight, slots.begin());
    ring.prod.head = at + count;
    // pairs: the consumer's look at prod.tail
    __atomic_store_n(&ring.prod.tail, at + count, __ATOMIC_RELEASE);
    return count;
  }

  /// Packets on the ring are no more than this.
  std::uint32_t used_at_most() const { return ring_.get()->prod.tail - consumed_; }
  /// Packets on the ring.
  unsigned used() {
    look();
    return ring_.used();
  }
  RingView ring() const { return ring_; }

 private:
  std::uint32_t room_from(std::uint32_t at) const { return ring_.capacity() + consumed_ - at; }
  void look() {
    // pairs: the consumer's store of cons.tail
    consumed_ = __atomic_load_n(&ring_.get()->cons.tail, __ATOMIC_ACQUIRE);
  }

  RingView ring_;
  bool alone_ = false;
  std::uint32_t consumed_ = 0;  ///< cons.tail, when it was last looked at
};

/// Where packets are taken off.
class ConsumerEnd {
 public:
  ConsumerEnd() = default;
  explicit ConsumerEnd(RingView ring)
      : ring_(ring),
        alone_(ring.get()->cons.sync_type == RTE_RING_SYNC_ST),
        produced_(ring.get()->cons.tail) {}

  /// Takes at most packets.size(); returns how many, which the caller then owns.
  unsigned dequeue(std::span<Packet> packets) {
    if (!alone_) return ring_.dequeue(packets);
    const unsigned count = copy_front(packets);
    take(count);
    return count;
  }
  /// Taking in two steps, see RingView.
  unsigned begin_dequeue(std::span<Packet> packets) {
    return alone_ ? copy_front(packets) : ring_.begin_dequeue(packets);
  }
  void finish_dequeue(unsigned count) {
    if (alone_) {
      take(count);
    } else {
      ring_.finish_dequeue(count);
    }
  }

  // For rings with one consumer.

  /// The oldest packets, at most `most`, as they stand in the ring's memory: fewer where it ends.
  /// They stay on the ring until take().
  std::span<Packet> front(std::size_t most) {
    const ::rte_ring& ring = *ring_.get();
    const std::uint32_t ready = ready_for(most);
    const std::uint32_t slot = ring.cons.tail & ring.mask;
    return slots_of(*ring_.get())
        .subspan(slot, std::min<std::size_t>({most, ready, ring.size - slot}));
  }
  /// The `count` oldest are off the ring; their places may be written by the producer.
  void take(std::size_t count) {
    ::rte_ring& ring = *ring_.get();
    const std::uint32_t at = ring.cons.tail + static_cast<std::uint32_t>(count);
    ring.cons.head = at;
    // pairs: the producer's look at cons.tail
    __atomic_store_n(&ring.cons.tail, at, __ATOMIC_RELEASE);
  }
  RingView ring() const { return ring_; }

 private:
  /// Packets on the ring, as far as they are known; all of them when these are fewer than `most`.
  std::uint32_t ready_for(std::size_t most) {
    const ::rte_ring& ring = *ring_.get();
    if (is_gone(ring)) return 0;
    const std::uint32_t at = ring.cons.tail;
    // As a signed number: somebody may have taken more off by rte_ring's calls.
    if (static_cast<std::int32_t>(produced_ - at) < static_cast<std::int32_t>(most)) {
      // pairs: the producer's store of prod.tail
      produced_ = __atomic_load_n(&ring.prod.tail, __ATOMIC_ACQUIRE);
    }
    return produced_ - at;
  }
  unsigned copy_front(std::span<Packet> packets) {
    const ::rte_ring& ring = *ring_.get();
    const auto slots = slots_of(*ring_.get());
    const auto count = std::min<std::uint32_t>(ready_for(packets.size()),
                                               static_cast<std::uint32_t>(packets.size()));
    const std::uint32_t slot = ring.cons.tail & ring.mask;
    const std::uint32_t straight = std::min(count, ring.size - slot);
    std::copy_n(slots.begin() + slot, straight, packets.begin());
    std::copy_n(slots.begin(), count - straight, packets.begin() + straight);
    claim_known(ring.cons.tail + count, packets.size());
    return count;
  }
  /// The next burst's mbufs come while this one is handled: `most` packets from position `at` on,
  /// as far as they are known, without a look at the other side.
  void claim_known(std::uint32_t at, std::size_t most) {
    const auto slots = slots_of(*ring_.get());
    const std::uint32_t slot = at & ring_.get()->mask;
    claim(slots.subspan(slot, std::min<std::size_t>({most, produced_ - at, slots.size() - slot})));
  }

  RingView ring_;
  bool alone_ = false;
  std::uint32_t produced_ = 0;  ///< prod.tail, when it was last looked at
};

}  // namespace ringside::dpdk
