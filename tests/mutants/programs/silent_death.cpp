// SPDX-License-Identifier: BSD-3-Clause
// Fault: the server acts upon a client's death, and tells nobody.
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.keep_event = [](Event& event) { return event.kind != EventKind::kDead; };
  return server::run_server(argc, argv, seams);
}
