// SPDX-License-Identifier: BSD-3-Clause
// Fault: the round robin begins anew with every burst.
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.assign = [](DispatchState& state, std::span<const PacketView> packets,
                    std::span<Assignment> assigned) {
    for (std::size_t i = 0; i < packets.size(); ++i) {
      assigned[i] = {state.active_at(i % state.active().size()), packets[i].port, 0};
    }
  };
  return server::run_server(argc, argv, seams);
}
