// SPDX-License-Identifier: BSD-3-Clause
// Pools into which every process gives back by a lane of its own: a ring of which it is the only
// producer. DPDK's own pools have one ring, and a process that is killed while it gives an mbuf
// back stops every other one there for good; here it can leave nothing behind but its own lane half
// done, which the primary mends. Packets are taken from all lanes by the pool's one allocating
// process.
//
// Used when clients free mbufs (--tx direct). Such a pool has no caches per lcore: what lies in the
// cache of a process that is killed is lost.
#pragma once

#include "core/ids.hpp"
#include "core/result.hpp"
#include "dpdk/ring.hpp"

struct rte_mempool;

namespace ringside::dpdk {

/// By which a process gives back. Several threads may use the server's at once, one any other.
inline constexpr unsigned kServerLane = 0;
inline constexpr unsigned kWireLane = 1;
constexpr unsigned client_lane(ClientId id) {
  return 2 + id.value;
}
inline constexpr unsigned kMaxLanes = 2 + kMaxClients;

/// Makes the kind of pool known to DPDK. To be called before anything else of DPDK, by every
/// process: DPDK numbers kinds in the order in which they are made known.
void register_lanes();

/// From now on this process gives back into `lane`; before, into kServerLane.
void use_lane(unsigned lane);

/// Makes `pool`, which is not populated yet, a pool with the first `lanes` lanes.
Status give_lanes(::rte_mempool* pool, unsigned lanes);

/// A lane of a pool; an empty view when the pool is of another kind, or has no such lane.
RingView lane_of(const ::rte_mempool* pool, unsigned lane);

}  // namespace ringside::dpdk
