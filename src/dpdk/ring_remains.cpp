// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/ring_remains.hpp"

#include <algorithm>

namespace ringside::dpdk {

bool was_put_since(RingView ring, std::uint32_t from, const void* packet) {
  const ::rte_ring& it = *ring.get();
  const std::uint32_t since = std::min(it.prod.tail - from, it.size);
  for (std::uint32_t i = 0; i < since; ++i) {
    if (put_at(ring, from + i) == packet) return true;
  }
  return false;
}

bool can_be(RingView ring) {
  const ::rte_ring& it = *ring.get();
  const RingShape shape = ring.shape();
  return it.size == shape.size && it.mask == shape.mask && it.capacity == shape.capacity &&
         it.prod.tail - it.cons.tail <= shape.capacity;
}

void mend_putting(RingView ring) {
  ring.get()->prod.head = ring.get()->prod.tail;
}

void mend_taking(RingView ring) {
  ::rte_ring& it = *ring.get();
  switch (it.cons.sync_type) {
    case RTE_RING_SYNC_ST:
    case RTE_RING_SYNC_MT:
      it.cons.head = it.cons.tail;
      break;
    case RTE_RING_SYNC_MT_RTS:
      it.rts_cons.head.raw = it.rts_cons.tail.raw;
      break;
    case RTE_RING_SYNC_MT_HTS:
      it.hts_cons.ht.pos.head = it.hts_cons.ht.pos.tail;
      break;
  }
}

}  // namespace ringside::dpdk
