// SPDX-License-Identifier: BSD-3-Clause
// mbufs: reading them, deciding where they go, and the one place where they are freed.
#pragma once

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include <cstdint>
#include <span>

#include "core/policy.hpp"

namespace ringside::dpdk {

using Packet = ::rte_mbuf*;

/// `m->port` of a packet that its client wants dropped.
inline constexpr std::uint16_t kDropMark = RTE_MBUF_PORT_INVALID;

/// Gives packets back to their pools. The caller has counted them.
inline void free_packets(std::span<Packet> packets) {
  ::rte_pktmbuf_free_bulk(packets.data(), static_cast<unsigned>(packets.size()));
}

/// Asks the cache for the first bytes of packets that will be read soon.
inline void prefetch(std::span<const Packet> packets) {
  for (const Packet packet : packets) ::rte_prefetch0(rte_pktmbuf_mtod(packet, void*));
}

/// Asks for the mbufs of packets that another core has written and this one will write: each line
/// moves once then, not once to be read and once more to be written.
inline void claim(std::span<Packet> packets) {
  for (const Packet packet : packets) {
#if defined(__x86_64__)
    // Without -mprfchw the built-in asks for a line to be read. Does nothing where it is not known.
    asm volatile("prefetchw %0" ::"m"(*packet));
#else
    __builtin_prefetch(packet, /*write=*/1);
#endif
  }
}

/// What dispatch may read of a packet: its first segment.
inline PacketView view_of(Packet packet, PortIndex port) {
  return {rte_pktmbuf_mtod(packet, const std::byte*), packet->data_len, port, packet->pkt_len};
}

}  // namespace ringside::dpdk
