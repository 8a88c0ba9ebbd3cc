// SPDX-License-Identifier: BSD-3-Clause
// Fault: the client hands every burst on in reverse.
#include <algorithm>

#include "client/client.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  return client::run_client(argc, argv,
                            [](const client::Handler& handler, std::span<dpdk::Packet> packets) {
                              handler.handle(packets);
                              std::reverse(packets.begin(), packets.end());
                            });
}
