// SPDX-License-Identifier: BSD-3-Clause
// Fault: the last packet of every burst that is dropped is not counted.
#include "dpdk/packet.hpp"
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.discard = [](std::span<dpdk::Packet> packets) -> std::uint64_t {
    dpdk::free_packets(packets);
    return packets.size() - 1;
  };
  return server::run_server(argc, argv, seams);
}
