// SPDX-License-Identifier: BSD-3-Clause
// Which lcore does what.
//
//   1 lcore    receive, dispatch, take back, transmit
//   2 lcores   the main one receives and dispatches, the other takes back and transmits
//   3 and more the rest receive as well, each from its own RX queue of every port
//
// In direct mode nothing comes back, so every lcore receives.
#pragma once

#include <vector>

#include "server/options.hpp"

namespace ringside::server {

struct Plan {
  std::vector<unsigned> rx_lcores;  ///< RX queue i is polled by rx_lcores[i]; [0] is the main lcore
  unsigned tx_lcore = 0;            ///< may be rx_lcores[0]
};

/// `lcores`: all of the process, main one first.
Plan plan_lcores(const std::vector<unsigned>& lcores, shared::TxMode tx);

}  // namespace ringside::server
