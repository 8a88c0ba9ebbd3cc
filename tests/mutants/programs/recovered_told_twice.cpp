// SPDX-License-Identifier: BSD-3-Clause
// Fault: the events tell of twice as many recovered packets as there were.
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.keep_event = [](Event& event) {
    event.packets *= 2;
    return true;
  };
  return server::run_server(argc, argv, seams);
}
