// SPDX-License-Identifier: BSD-3-Clause
// The forwarding benchmark's result as a table and as JSON. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/bench/forward.hpp"

namespace ringside::harness {

/// One line of the table, derived from a row's samples.
struct ForwardFigures {
  double mpps = 0;  ///< median of the rounds, as all below
  double mpps_min = 0, mpps_max = 0;
  double cpu_ns_per_packet = 0;
  double dropped_share = 0;  ///< of what was delivered or dropped
  double fullest_ring = 0;   ///< the most of all rounds
  double others_share = 0;   ///< the most of all rounds
  /// How far apart the clients are: (most - least) / mean of what they delivered.
  double client_spread = 0;
};
ForwardFigures figures_of(const ForwardRow& row);

/// The median over the rounds of the rate of `row` over that of `reference` in the same round.
/// Precondition: both have samples.
double ratio_of(const ForwardRow& row, const ForwardRow& reference);

/// The row that others are compared with: the classic method with one client, else the first one.
/// Precondition: there are rows.
const ForwardRow& reference_of(const ForwardResult& result);

std::string forward_table(const ForwardResult& result);
/// As docs/interfaces.md describes it. `command`: what repeats it.
std::string forward_json(const ForwardResult& result, const std::string& command);

}  // namespace ringside::harness
