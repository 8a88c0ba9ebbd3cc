// SPDX-License-Identifier: BSD-3-Clause
// Rings of packets: `Ring` owns one (primary), `RingView` is what a process that looked it up, or
// borrows it, uses and never frees.
#pragma once

#include <rte_ring.h>
#include <rte_ring_peek.h>

#include <memory>
#include <span>
#include <string>

#include "core/result.hpp"
#include "core/ring_mode.hpp"
#include "dpdk/packet.hpp"

namespace ringside::dpdk {

class RingView {
 public:
  RingView() = default;
  explicit RingView(::rte_ring* ring) : ring_(ring) {}

  /// Finds a ring by name. Error kEnvironment when the server has made none of that name.
  static Result<RingView> look_up(const std::string& name);

  /// Puts on as many of the front of `packets` as fit; returns how many, the caller keeps the rest.
  unsigned enqueue(std::span<const Packet> packets) const {
    return ::rte_ring_enqueue_burst(ring_, reinterpret_cast<void* const*>(packets.data()),
                                    static_cast<unsigned>(packets.size()), nullptr);
  }
  /// Takes at most packets.size(); returns how many, which the caller then owns.
  unsigned dequeue(std::span<Packet> packets) const {
    return ::rte_ring_dequeue_burst(ring_, reinterpret_cast<void**>(packets.data()),
                                    static_cast<unsigned>(packets.size()), nullptr);
  }
  /// Taking in two steps: begin_dequeue() gives a look at the front, finish_dequeue() takes that
  /// many off. Until then they are on the ring for somebody who comes after this process was
  /// killed. Precondition: dequeues_in_steps().
  unsigned begin_dequeue(std::span<Packet> packets) const {
    return ::rte_ring_dequeue_burst_start(ring_, reinterpret_cast<void**>(packets.data()),
                                          static_cast<unsigned>(packets.size()), nullptr);
  }
  void finish_dequeue(unsigned count) const { ::rte_ring_dequeue_finish(ring_, count); }
  /// The mode of the ring allows it: one consumer, or head and tail in step.
  bool dequeues_in_steps() const {
    return ring_->cons.sync_type == RTE_RING_SYNC_ST ||
           ring_->cons.sync_type == RTE_RING_SYNC_MT_HTS;
  }
  /// Empties the ring and mends what a killed process left half done. Nobody else may use it.
  void reset() const { ::rte_ring_reset(ring_); }
  unsigned used() const { return ::rte_ring_count(ring_); }
  unsigned capacity() const { return ::rte_ring_get_capacity(ring_); }
  ::rte_ring* get() const { return ring_; }
  explicit operator bool() const { return ring_ != nullptr; }

 private:
  ::rte_ring* ring_ = nullptr;
};

class Ring {
 public:
  /// `size` is a power of two and holds size - 1 packets. `numa_node` may be SOCKET_ID_ANY.
  static Result<Ring> create(const std::string& name, unsigned size, int numa_node, RingMode mode);

  RingView view() const { return RingView(ring_.get()); }

 private:
  struct Free {
    void operator()(::rte_ring* ring) const { ::rte_ring_free(ring); }
  };
  explicit Ring(::rte_ring* ring) : ring_(ring) {}
  std::unique_ptr<::rte_ring, Free> ring_;
};

}  // namespace ringside::dpdk
