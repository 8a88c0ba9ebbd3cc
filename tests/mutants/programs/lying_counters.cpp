// SPDX-License-Identifier: BSD-3-Clause
// Fault: the statistics exchange the transmitted packets of the first two ports. Every sum is
// right, and the ledger balances.
#include <utility>

#include "server/report.hpp"
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.before_report = [](server::Snapshot& snapshot) {
    std::swap(snapshot.ports[0].transmitted, snapshot.ports[1].transmitted);
  };
  return server::run_server(argc, argv, seams);
}
