// SPDX-License-Identifier: BSD-3-Clause
// How much memory a run needs: mbufs of the pools for the server that creates them, megabytes for
// the harness that has to give EAL a fixed heap (--no-huge -m). Pure; the constants are those of
// DPDK 22.11, measured.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/burst.hpp"

namespace ringside {

inline constexpr unsigned kHeadroom = 128;         ///< RTE_PKTMBUF_HEADROOM
inline constexpr unsigned kMinFrameRoom = 2048;    ///< RTE_MBUF_DEFAULT_DATAROOM
inline constexpr unsigned kMaxFrameRoom = 9216;    ///< one jumbo frame; longer ones are chained
inline constexpr unsigned kMempoolCache = 512;     ///< objects per lcore; the most that DPDK allows
inline constexpr std::uint64_t kPage4k = 4096;     ///< --no-huge
inline constexpr std::uint64_t kPage2M = 2 << 20;  ///< hugepages

/// All that decides the size of a run.
struct SizingInput {
  unsigned clients = 1;
  unsigned ring_size = 4096;       ///< of work and return rings
  unsigned ports = 2;              ///< all of them, wire ports too
  unsigned rx_queues = 1;          ///< per port
  unsigned tx_queues = 1;          ///< per port
  unsigned rx_descriptors = 1024;  ///< per queue
  unsigned tx_descriptors = 1024;  ///< per queue
  unsigned burst = default_burst(ring_size);
  unsigned server_lcores = 1;
  bool direct = false;             ///< clients transmit: they hold mbufs and give them back
  unsigned max_frame = 1522;       ///< bytes
  unsigned preloaded = 0;          ///< mbufs that drivers keep, e.g. net_pcap with infinite_rx=1
  unsigned wire_ports = 0;         ///< how many of `ports` are made of rings (--ring-port)
  unsigned wire_ring_size = 4096;  ///< of the rings from the wire into RX queues
};

/// What a pool is made with.
struct PoolSize {
  unsigned mbufs = 0;
  unsigned data_room = 0;  ///< bytes, headroom included
  unsigned cache = kMempoolCache;
  unsigned segments = 1;  ///< mbufs that the longest frame takes
  unsigned lanes = 0;     ///< rings by which processes give back; 0: a kind of DPDK's own

  bool operator==(const PoolSize&) const = default;
};

/// mbuf_pool: enough that reception never finds it empty, whatever clients hold on to.
PoolSize server_pool(const SizingInput& input);
/// wire_pool: the same packets come from here when they enter through ring ports. Meaningless
/// without wire ports.
PoolSize wire_pool(const SizingInput& input);

/// Entries of a ring from a TX queue of a ring port to the wire: it has room for every mbuf of
/// wire_pool, so that a packet which entered by the wire is never refused on its way out.
unsigned wire_tx_ring_size(const SizingInput& input);

/// Bytes of DPDK memory that a pool takes at most, of whatever kind it is. An mbuf never straddles
/// two hugepages; on pages of kPage4k they lie closely packed (dpdk::Mempool).
std::uint64_t pool_bytes(const PoolSize& pool, std::uint64_t page_bytes);
/// Bytes that a ring of `size` entries takes.
std::uint64_t ring_bytes(unsigned size);

/// Megabytes (2^20) for EAL's -m: pools, rings, EAL's own needs, attaching processes, and a margin.
unsigned memory_megabytes(const SizingInput& input, std::uint64_t page_bytes);

/// With so many packets that wait until the former owner of their flow has returned what it had, an
/// RX lcore takes in no more such; two bursts at least, so that one can be received.
constexpr unsigned hold_capacity(unsigned ring_size, unsigned burst) {
  return std::max(ring_size / 2, 2 * burst);
}
/// With so many packets that changed hands and have no room yet, an RX lcore receives no more.
constexpr unsigned most_kept(unsigned ring_size) {
  return ring_size / 2;
}

}  // namespace ringside
