// SPDX-License-Identifier: BSD-3-Clause
// Fault: a client that joins again gets the slot behind its own.
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.before_join = [](control::JoinRequest& request) {
    static ClientSet known;
    const ClientId id{static_cast<std::uint8_t>(request.id)};
    if (known.contains(id)) ++request.id;
    known.add(id);
  };
  return server::run_server(argc, argv, seams);
}
