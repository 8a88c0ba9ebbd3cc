// SPDX-License-Identifier: BSD-3-Clause
// Fault: the first packet of every burst is transmitted twice.
#include <rte_mbuf.h>

#include "dpdk/packet.hpp"
#include "dpdk/port.hpp"
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.transmit = [](std::uint16_t port, std::uint16_t queue, std::span<dpdk::Packet> packets) {
    dpdk::Packet first = packets.front();
    dpdk::Packet copy = ::rte_pktmbuf_copy(first, first->pool, 0, UINT32_MAX);
    const unsigned sent = dpdk::transmit(port, queue, packets);
    if (copy != nullptr && dpdk::transmit(port, queue, {&copy, 1}) == 0) {
      dpdk::free_packets({&copy, 1});
    }
    return sent;
  };
  return server::run_server(argc, argv, seams);
}
