// SPDX-License-Identifier: BSD-3-Clause
// Packets from bytes and back, chained over several mbufs where one is too short.
#pragma once

#include <rte_mbuf.h>

#include <cstdint>
#include <span>

#include "dpdk/mempool.hpp"
#include "dpdk/packet.hpp"

namespace ringside::dpdk {

using Bytes = std::span<const std::uint8_t>;

/// A packet that holds `bytes`, in as few mbufs as they need; the caller owns it. nullptr when the
/// pool cannot give that many: nothing is kept then.
Packet make_packet(MempoolView pool, Bytes bytes);

/// Calls `piece` with the bytes of each segment, in order.
template <typename Piece>
void for_each_segment(Packet packet, Piece&& piece) {
  for (const ::rte_mbuf* segment = packet; segment != nullptr; segment = segment->next) {
    piece(Bytes(rte_pktmbuf_mtod(segment, const std::uint8_t*), segment->data_len));
  }
}

}  // namespace ringside::dpdk
