// SPDX-License-Identifier: BSD-3-Clause
#include "bench/path/ports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "dpdk/port.hpp"

namespace ringside::bench {
namespace {

Result<dpdk::Packet> packet_with(const PacketView& frame, dpdk::MempoolView pool) {
  dpdk::Packet packet = ::rte_pktmbuf_alloc(pool.get());
  if (packet == nullptr) return environment_error("the pool has too few mbufs for the frames");
  char* const bytes = ::rte_pktmbuf_append(packet, frame.length);
  if (bytes == nullptr) {
    dpdk::free_packets({&packet, 1});
    return Error{fmt::format("a frame of {} bytes is too large for a buffer", frame.length)};
  }
  std::memcpy(bytes, frame.data, frame.length);
  return packet;
}

}  // namespace

Result<CirculatingPorts> circulate(const std::string& name, const FrameSet& frames,
                                   dpdk::MempoolView pool) {
  CirculatingPorts ports;
  ports.frames = std::min(frames.views.size(), kMostCirculating);
  dpdk::RingView views[2];
  for (unsigned i = 0; i < 2; ++i) {
    auto ring = dpdk::Ring::create(fmt::format("{}_wire{}", name, i),
                                   static_cast<unsigned>(std::bit_ceil(ports.frames + 1)),
                                   SOCKET_ID_ANY, RingMode::kSpSc);
    if (!ring) return ring.error();
    ports.rings.push_back(*std::move(ring));
    views[i] = ports.rings.back().view();
  }
  for (std::size_t i = 0; i < ports.frames; ++i) {
    const auto packet = packet_with(frames.views[i], pool);
    if (!packet) return packet.error();
    views[i % 2].enqueue({&*packet, 1});
  }
  for (unsigned i = 0; i < 2; ++i) {
    const auto id =
        dpdk::make_ring_port(fmt::format("{}{}", name, i), {&views[i], 1}, {&views[1 - i], 1}, 0);
    if (!id) return id.error();
    ports.ids.push_back(*id);
  }
  return ports;
}

}  // namespace ringside::bench
