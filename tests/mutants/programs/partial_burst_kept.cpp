// SPDX-License-Identifier: BSD-3-Clause
// Fault: a burst that is not full waits for more packets, for ever if need be.
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.flush_partial_bursts = false;
  return server::run_server(argc, argv, seams);
}
