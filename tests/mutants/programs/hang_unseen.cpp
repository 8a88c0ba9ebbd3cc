// SPDX-License-Identifier: BSD-3-Clause
// Fault: the heartbeat timeout never comes.
#include <iterator>
#include <vector>

#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  std::vector<char*> words(argv, argv + argc);
  char option[] = "--heartbeat-timeout", day[] = "86400";
  words.insert(words.end(), {option, day});
  words.push_back(nullptr);
  return server::run_server(static_cast<int>(words.size()) - 1, words.data(),
                            server::product_seams());
}
