// SPDX-License-Identifier: BSD-3-Clause
// What RingView::dequeue() and RingView::enqueue() do, in its steps and in DPDK's order (move the
// head, copy, move the tail), so that a test can do something between them. For rings with one
// reader and one writer.
#pragma once

#include <rte_ring_peek_zc.h>

#include "dpdk/ring.hpp"

namespace ringside::dpdk {

/// Packets that the head has been moved over: a place in the ring, in two parts where it wraps.
class RingPlace {
 public:
  RingPlace(const ::rte_ring_zc_data& data, unsigned size)
      : first_(static_cast<Packet*>(data.ptr1), data.n1),
        second_(static_cast<Packet*>(data.ptr2), size - data.n1) {}
  Packet& operator[](std::size_t i) const {
    return i < first_.size() ? first_[i] : second_[i - first_.size()];
  }

 private:
  std::span<Packet> first_, second_;
};

/// As RingView::dequeue(). Calls `reserved` with the head moved and `copied` before the tail is.
template <typename Reserved, typename Copied>
unsigned dequeue_in_steps(RingView ring, std::span<Packet> packets, Reserved&& reserved,
                          Copied&& copied) {
  ::rte_ring_zc_data data{};
  const unsigned count = ::rte_ring_dequeue_zc_burst_start(
      ring.get(), static_cast<unsigned>(packets.size()), &data, nullptr);
  if (count == 0) return 0;
  reserved();
  const RingPlace place(data, count);
  for (unsigned i = 0; i < count; ++i) packets[i] = place[i];
  copied();
  ::rte_ring_dequeue_zc_finish(ring.get(), count);
  return count;
}

/// As RingView::enqueue(). Calls `reserved` with the head moved, `half_copied`, and `copied` before
/// the tail is moved.
template <typename Reserved, typename HalfCopied, typename Copied>
unsigned enqueue_in_steps(RingView ring, std::span<const Packet> packets, Reserved&& reserved,
                          HalfCopied&& half_copied, Copied&& copied) {
  ::rte_ring_zc_data data{};
  const unsigned count = ::rte_ring_enqueue_zc_burst_start(
      ring.get(), static_cast<unsigned>(packets.size()), &data, nullptr);
  if (count == 0) return 0;
  reserved();
  const RingPlace place(data, count);
  for (unsigned i = 0; i < count; ++i) {
    if (i == count / 2) half_copied();
    place[i] = packets[i];
  }
  copied();
  ::rte_ring_enqueue_zc_finish(ring.get(), count);
  return count;
}

}  // namespace ringside::dpdk
