// SPDX-License-Identifier: BSD-3-Clause
// Copying calls in the way of DPDK's ring_perf_autotest, for comparisons with it: one function for
// all modes, calls and sizes of elements, which is called and looks which one is wanted. Built with
// stack protection, as distributions build that program. Sizes are never asked for here, but with
// them the compiler makes the same of the rest: without, a bulk of 32 took 0.87 of that program's
// time in place of 0.93.
#pragma once

#include <rte_ring.h>

#include "bench/ring/ring_case.hpp"

namespace ringside::bench {

/// Which call it is.
enum class SwitchedCall : unsigned {
  kSingle,
  kBulk,
  kBurst,
  kSpScSingle,
  kSpScBulk,
  kSpScBurst,
  kMpMcSingle,
  kMpMcBulk,
  kMpMcBurst
};

struct SwitchedWay {
  int element_size;  ///< kPointers, or bytes
  SwitchedCall call;
};
/// The calls without a size: rte_ring_enqueue_bulk() and so on.
inline constexpr int kPointers = -1;

SwitchedWay switched_way(const RingCase& what);

/// Return how many elements they moved.
unsigned switched_put(::rte_ring* ring, void** elements, int element_size, unsigned count,
                      SwitchedCall call);
unsigned switched_take(::rte_ring* ring, void** elements, int element_size, unsigned count,
                       SwitchedCall call);

}  // namespace ringside::bench
