// SPDX-License-Identifier: BSD-3-Clause
// Fault: the flow hash covers the IP addresses and leaves out the ports.
#include "programs/wrong_hash.hpp"
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.assign = mutants::assign_by<[](const PacketView& packet) {
    const FlowKey key = mutants::key_of(packet);
    return crc32c(key.destination(), crc32c(key.source(), 0));
  }>;
  return server::run_server(argc, argv, seams);
}
