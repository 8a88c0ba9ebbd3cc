// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/packet_bytes.hpp"

#include <rte_memcpy.h>

#include <algorithm>

namespace ringside::dpdk {
namespace {

/// Fills the free room of a fresh mbuf from the front of `bytes`; returns what is left.
Bytes fill(::rte_mbuf* segment, Bytes bytes) {
  const auto room = rte_pktmbuf_tailroom(segment);
  const auto length = static_cast<std::uint16_t>(std::min<std::size_t>(room, bytes.size()));
  ::rte_memcpy(rte_pktmbuf_append(segment, length), bytes.data(), length);
  return bytes.subspan(length);
}

}  // namespace

Packet make_packet(MempoolView pool, Bytes bytes) {
  Packet packet = ::rte_pktmbuf_alloc(pool.get());
  if (packet == nullptr) return nullptr;
  bytes = fill(packet, bytes);
  // By hand and not with rte_pktmbuf_chain(), which walks the chain for every segment it adds.
  for (::rte_mbuf* last = packet; !bytes.empty(); last = last->next) {
    last->next = ::rte_pktmbuf_alloc(pool.get());
    if (last->next == nullptr) {
      free_packets({&packet, 1});
      return nullptr;
    }
    ++packet->nb_segs;
    bytes = fill(last->next, bytes);
    packet->pkt_len += last->next->data_len;
  }
  return packet;
}

}  // namespace ringside::dpdk
