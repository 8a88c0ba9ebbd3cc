// SPDX-License-Identifier: BSD-3-Clause
// For scenarios in which one client is bad and the others are not.
#pragma once

#include <algorithm>
#include <string_view>

#include "client/client.hpp"
#include "client/worker.hpp"

namespace ringside::mutants {

/// mp_client, with `bad` as the handler if it is started with the words `-n 1` behind `--`.
inline int run_with_a_bad_client_1(int argc, char** argv, client::HandleFn bad) {
  using namespace std::string_view_literals;
  char** const end = argv + argc;
  char** const id = std::find(std::find(argv, end, "--"sv), end, "-n"sv);
  const bool is_1 = end - id > 1 && id[1] == "1"sv;
  return client::run_client(argc, argv, is_1 ? bad : client::handle_packets);
}

}  // namespace ringside::mutants
