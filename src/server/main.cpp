// SPDX-License-Identifier: BSD-3-Clause
#include "server/server.hpp"

int main(int argc, char** argv) {
  return ringside::server::run_server(argc, argv, ringside::server::product_seams());
}
