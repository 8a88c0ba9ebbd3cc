// SPDX-License-Identifier: BSD-3-Clause
// Fault: the client returns a null pointer in the place of the second packet of a burst; client 1
// only.
#include "only_client_1.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  return mutants::run_with_a_bad_client_1(
      argc, argv, [](const client::Handler& handler, std::span<dpdk::Packet> packets) {
        handler.handle(packets);
        if (packets.size() > 1) packets[1] = nullptr;
      });
}
