// SPDX-License-Identifier: BSD-3-Clause
#include "bench/ring/switched.hpp"

#include <rte_ring_elem.h>

namespace ringside::bench {
namespace {

using Call = SwitchedCall;

unsigned put_sized(::rte_ring* ring, void** elements, unsigned size, unsigned count, Call call) {
  switch (call) {
    case Call::kSingle:
      return ::rte_ring_enqueue_elem(ring, elements, size) == 0;
    case Call::kBulk:
      return ::rte_ring_enqueue_bulk_elem(ring, elements, size, count, nullptr);
    case Call::kBurst:
      return ::rte_ring_enqueue_burst_elem(ring, elements, size, count, nullptr);
    case Call::kSpScSingle:
      return ::rte_ring_sp_enqueue_elem(ring, elements, size) == 0;
    case Call::kSpScBulk:
      return ::rte_ring_sp_enqueue_bulk_elem(ring, elements, size, count, nullptr);
    case Call::kSpScBurst:
      return ::rte_ring_sp_enqueue_burst_elem(ring, elements, size, count, nullptr);
    case Call::kMpMcSingle:
      return ::rte_ring_mp_enqueue_elem(ring, elements, size) == 0;
    case Call::kMpMcBulk:
      return ::rte_ring_mp_enqueue_bulk_elem(ring, elements, size, count, nullptr);
    case Call::kMpMcBurst:
      return ::rte_ring_mp_enqueue_burst_elem(ring, elements, size, count, nullptr);
  }
  return 0;
}

unsigned take_sized(::rte_ring* ring, void** elements, unsigned size, unsigned count, Call call) {
  switch (call) {
    case Call::kSingle:
      return ::rte_ring_dequeue_elem(ring, elements, size) == 0;
    case Call::kBulk:
      return ::rte_ring_dequeue_bulk_elem(ring, elements, size, count, nullptr);
    case Call::kBurst:
      return ::rte_ring_dequeue_burst_elem(ring, elements, size, count, nullptr);
    case Call::kSpScSingle:
      return ::rte_ring_sc_dequeue_elem(ring, elements, size) == 0;
    case Call::kSpScBulk:
      return ::rte_ring_sc_dequeue_bulk_elem(ring, elements, size, count, nullptr);
    case Call::kSpScBurst:
      return ::rte_ring_sc_dequeue_burst_elem(ring, elements, size, count, nullptr);
    case Call::kMpMcSingle:
      return ::rte_ring_mc_dequeue_elem(ring, elements, size) == 0;
    case Call::kMpMcBulk:
      return ::rte_ring_mc_dequeue_bulk_elem(ring, elements, size, count, nullptr);
    case Call::kMpMcBurst:
      return ::rte_ring_mc_dequeue_burst_elem(ring, elements, size, count, nullptr);
  }
  return 0;
}

}  // namespace

SwitchedWay switched_way(const RingCase& what) {
  static constexpr Call kCalls[3][3] = {
      {Call::kSingle, Call::kBurst, Call::kBulk},
      {Call::kSpScSingle, Call::kSpScBurst, Call::kSpScBulk},
      {Call::kMpMcSingle, Call::kMpMcBurst, Call::kMpMcBulk},
  };
  const unsigned row = what.mode == RingMode::kSpSc ? 1 : what.mode == RingMode::kMpMc ? 2 : 0;
  return {kPointers, kCalls[row][static_cast<unsigned>(what.verb)]};
}

unsigned switched_put(::rte_ring* ring, void** elements, int element_size, unsigned count,
                      Call call) {
  if (element_size != kPointers) {
    return put_sized(ring, elements, static_cast<unsigned>(element_size), count, call);
  }
  switch (call) {
    case Call::kSingle:
      return ::rte_ring_enqueue(ring, *elements) == 0;
    case Call::kBulk:
      return ::rte_ring_enqueue_bulk(ring, elements, count, nullptr);
    case Call::kBurst:
      return ::rte_ring_enqueue_burst(ring, elements, count, nullptr);
    case Call::kSpScSingle:
      return ::rte_ring_sp_enqueue(ring, *elements) == 0;
    case Call::kSpScBulk:
      return ::rte_ring_sp_enqueue_bulk(ring, elements, count, nullptr);
    case Call::kSpScBurst:
      return ::rte_ring_sp_enqueue_burst(ring, elements, count, nullptr);
    case Call::kMpMcSingle:
      return ::rte_ring_mp_enqueue(ring, *elements) == 0;
    case Call::kMpMcBulk:
      return ::rte_ring_mp_enqueue_bulk(ring, elements, count, nullptr);
    case Call::kMpMcBurst:
      return ::rte_ring_mp_enqueue_burst(ring, elements, count, nullptr);
  }
  return 0;
}

unsigned switched_take(::rte_ring* ring, void** elements, int element_size, unsigned count,
                       Call call) {
  if (element_size != kPointers) {
    return take_sized(ring, elements, static_cast<unsigned>(element_size), count, call);
  }
  switch (call) {
    case Call::kSingle:
      return ::rte_ring_dequeue(ring, elements) == 0;
    case Call::kBulk:
      return ::rte_ring_dequeue_bulk(ring, elements, count, nullptr);
    case Call::kBurst:
      return ::rte_ring_dequeue_burst(ring, elements, count, nullptr);
    case Call::kSpScSingle:
      return ::rte_ring_sc_dequeue(ring, elements) == 0;
    case Call::kSpScBulk:
      return ::rte_ring_sc_dequeue_bulk(ring, elements, count, nullptr);
    case Call::kSpScBurst:
      return ::rte_ring_sc_dequeue_burst(ring, elements, count, nullptr);
    case Call::kMpMcSingle:
      return ::rte_ring_mc_dequeue(ring, elements) == 0;
    case Call::kMpMcBulk:
      return ::rte_ring_mc_dequeue_bulk(ring, elements, count, nullptr);
    case Call::kMpMcBurst:
      return ::rte_ring_mc_dequeue_burst(ring, elements, count, nullptr);
  }
  return 0;
}

}  // namespace ringside::bench
