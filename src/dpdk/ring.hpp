// SPDX-License-Identifier: BSD-3-Clause
// Rings of packets: `Ring` owns one (primary), `RingView` is what a process that looked it up, or
// borrows it, uses and never frees.
#pragma once

#include <rte_ring.h>
#include <rte_ring_peek.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>

#include "core/result.hpp"
#include "core/ring_mode.hpp"
#include "dpdk/packet.hpp"

namespace ringside::dpdk {

/// What about a ring never changes. In shared memory it can be written over all the same, by
/// whoever has it mapped, so the owner and its views go by a copy.
struct RingShape {
  std::uint32_t size = 0, mask = 0, capacity = 0;
  bool one_producer = false, one_consumer = false;
  bool owned = false;  ///< by this process, which will not find it freed
};

/// The head of a ring as it was when it was made: what restores it.
class RingImage {
 public:
  explicit RingImage(const ::rte_ring& ring) : shape_(shape_of(ring)) {
    std::memcpy(head_.data(), &ring, head_.size());
    shape_.owned = true;
  }
  static RingShape shape_of(const ::rte_ring& ring) {
    return {ring.size,
            ring.mask,
            ring.capacity,
            ring.prod.sync_type == RTE_RING_SYNC_ST,
            ring.cons.sync_type == RTE_RING_SYNC_ST,
            false};
  }
  const RingShape& shape() const { return shape_; }
  void restore(::rte_ring& ring) const {
    std::memcpy(static_cast<void*>(&ring), head_.data(), head_.size());
  }

 private:
  std::array<std::byte, sizeof(::rte_ring)> head_;
  RingShape shape_;
};

class RingView {
 public:
  RingView() = default;
  explicit RingView(::rte_ring* ring) : ring_(ring) {}
  RingView(::rte_ring* ring, const RingImage& image) : ring_(ring), image_(&image) {}

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
  /// Empties the ring and mends what a killed process left half done, or wrote over if this is
  /// the owner's view. Nobody else may use it.
  void reset() const {
    if (image_ != nullptr) {
      image_->restore(*ring_);
    } else {
      ::rte_ring_reset(ring_);
    }
  }
  RingShape shape() const {
    return image_ != nullptr ? image_->shape() : RingImage::shape_of(*ring_);
  }
  unsigned used() const { return ::rte_ring_count(ring_); }
  unsigned capacity() const { return shape().capacity; }
  ::rte_ring* get() const { return ring_; }
  explicit operator bool() const { return ring_ != nullptr; }

 private:
  ::rte_ring* ring_ = nullptr;
  const RingImage* image_ = nullptr;
};

class Ring {
 public:
  /// `size` is a power of two and holds size - 1 packets. `numa_node` may be SOCKET_ID_ANY.
  static Result<Ring> create(const std::string& name, unsigned size, int numa_node, RingMode mode);

  /// The owner's view, no longer than the ring itself.
  RingView view() const { return {ring_.get(), *ring_.get_deleter().image}; }

 private:
  struct Free {
    void operator()(::rte_ring* ring) const {
      image->restore(*ring);  // DPDK goes by what stands there
      ::rte_ring_free(ring);
    }
    std::unique_ptr<const RingImage> image;
  };
  explicit Ring(::rte_ring* ring) : ring_(ring, Free{std::make_unique<const RingImage>(*ring)}) {}
  std::unique_ptr<::rte_ring, Free> ring_;
};

}  // namespace ringside::dpdk
