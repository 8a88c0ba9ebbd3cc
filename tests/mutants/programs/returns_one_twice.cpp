// SPDX-License-Identifier: BSD-3-Clause
// Fault: the client returns the first packet of a burst in the place of the second one as well;
// client 1 only.
#include "only_client_1.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  return mutants::run_with_a_bad_client_1(
      argc, argv, [](const client::Handler& handler, std::span<dpdk::Packet> packets) {
        handler.handle(packets);
        if (packets.size() > 1) packets[1] = packets[0];
      });
}
