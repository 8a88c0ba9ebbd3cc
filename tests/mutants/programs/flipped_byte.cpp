// SPDX-License-Identifier: BSD-3-Clause
// Fault: the client inverts the last byte of the first packet of every burst.
#include <rte_mbuf.h>

#include "client/client.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  return client::run_client(argc, argv,
                            [](const client::Handler& handler, std::span<dpdk::Packet> packets) {
                              handler.handle(packets);
                              const dpdk::Packet packet = packets.front();
                              auto* bytes = rte_pktmbuf_mtod(packet, std::uint8_t*);
                              bytes[packet->data_len - 1] ^= 0xff;
                            });
}
