// SPDX-License-Identifier: BSD-3-Clause
// Fault: the flow hash covers the source address only.
#include "programs/wrong_hash.hpp"
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.assign = mutants::assign_by<[](const PacketView& packet) {
    const IpAddress source = mutants::key_of(packet).source();
    return crc32c(source, 0);
  }>;
  return server::run_server(argc, argv, seams);
}
