// SPDX-License-Identifier: BSD-3-Clause
// Fault: what a dead client had is freed and not given to others.
#include "server/server.hpp"
#include "server/stages.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.recover = [](std::vector<OwedPacket>& packets) { server::free_all(packets); };
  return server::run_server(argc, argv, seams);
}
