// SPDX-License-Identifier: BSD-3-Clause
// Pools into which every process gives back by a lane of its own: a ring of which it is the only
// producer. DPDK's own pools have one ring, and a process that is killed while it gives an mbuf
// back stops every other one there for good; here it can leave nothing behind but its own lane half
// done, which the primary mends. Packets are taken from all lanes by the pool's one allocating
// process.
//
// The head of a client's lane is moved when an mbuf is in its place, not before as by DPDK's own
// calls: whatever the moment of a kill, all below the head has been given back. The tail, which the
// allocating process looks at, follows it.
//
// Used when others than the server free mbufs: clients (--tx direct), or the wire. Such a pool has
// no caches per lcore: what lies in the cache of a process that is killed is lost.
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
/// process: DPDK numbers kinds in the order in which they are made known, and has room for 16.
/// Once is enough, more does no harm.
void register_lanes();

/// When what a process gives back can be seen by the allocating one.
enum class LaneUse : std::uint8_t {
  kShown,  ///< at once
  /// After show_given_back(): the line that says how far the lane is filled then crosses the cores
  /// once for a burst. For one thread that gives back one by one, as drivers do.
  kCollected
};

/// From now on this process gives back into `lane`; before, into kServerLane.
void use_lane(unsigned lane, LaneUse use = LaneUse::kShown);
/// Shows what has been given back into `lane`, which is not the server's: by its process, or after
/// that was killed by another one, to the last mbuf.
void show_given_back(RingView lane);

/// Makes `pool`, which is not populated yet, a pool with the first `lanes` lanes.
Status give_lanes(::rte_mempool* pool, unsigned lanes);

/// The allocating process was killed: what it was about to take is there again. Nobody else may be
/// taking. Nothing to do for a pool of another kind.
void mend_taking(const ::rte_mempool* pool);

/// What was given back into `lane`, modulo 2^32; shown or not.
std::uint32_t given_back_so_far(RingView lane);

/// A lane of a pool; an empty view when the pool is of another kind, or has no such lane.
RingView lane_of(const ::rte_mempool* pool, unsigned lane);

}  // namespace ringside::dpdk
