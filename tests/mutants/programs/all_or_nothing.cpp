// SPDX-License-Identifier: BSD-3-Clause
// Fault: a ring takes a whole burst or nothing, so that 32 packets are dropped where 31 fit.
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  // The server cuts a burst to what fits before it gets here, so the room tells.
  seams.hand_over = [](dpdk::ProducerEnd& ring, std::span<dpdk::Packet> packets) {
    constexpr unsigned kBurst = 32;
    return ring.ring().capacity() - ring.used() < kBurst ? 0u : ring.enqueue(packets);
  };
  return server::run_server(argc, argv, seams);
}
