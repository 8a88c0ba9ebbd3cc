// SPDX-License-Identifier: BSD-3-Clause
#include "client/client.hpp"
#include "client/worker.hpp"

int main(int argc, char** argv) {
  return ringside::client::run_client(argc, argv, ringside::client::handle_packets);
}
