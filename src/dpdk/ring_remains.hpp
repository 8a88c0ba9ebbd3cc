// SPDX-License-Identifier: BSD-3-Clause
// What a killed process left of a ring that it alone put packets on, or took them from. DPDK keeps
// two positions for each side, where a step begins and how far it is done; a kill in between leaves
// them apart, and the next one to come would go on behind packets that were never put there.
//
// For rings of which that side is single (SP, SC) or the general kind (MP, MC), when nobody else is
// at work on that side.
#pragma once

#include <cstdint>

#include "dpdk/ring.hpp"

namespace ringside::dpdk {

/// Packets that were put on the ring since it was made, modulo 2^32.
inline std::uint32_t put_so_far(RingView ring) {
  return ring.get()->prod.tail;
}

/// What was put on the ring as number `number`, from 0, modulo 2^32. Looks into the ring's memory,
/// taken off or not: precondition: no more than its size were put on since.
inline const void* put_at(RingView ring, std::uint32_t number) {
  return reinterpret_cast<void* const*>(ring.get() + 1)[number & ring.shape().mask];
}

/// `packet` was put on the ring after the first `from` ones. Precondition: fewer than its
/// capacity were put on since.
bool was_put_since(RingView ring, std::uint32_t from, const void* packet);

/// The ring's head says nothing that cannot be. Precondition: its owner's view.
bool can_be(RingView ring);

/// Takes back a step of putting that was not finished.
void mend_putting(RingView ring);
/// Takes back a step of taking that was not finished: its packets are on the ring as before. Any
/// ring mode.
void mend_taking(RingView ring);

}  // namespace ringside::dpdk
