// SPDX-License-Identifier: BSD-3-Clause
// The forwarding benchmark's result as a table and as JSON. Pure.
#pragma once

#include <optional>
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
  double packets_per_round_trip = 0;
  double offered_rate = 0;
  Percentiles latency_ns;
  unsigned discarded = 0;  ///< sum of all rounds
  unsigned unsteady = 0;   ///< samples during which the machine changed its speed all the same
};
/// Precondition: the row has samples.
ForwardFigures figures_of(const ForwardRow& row);

/// Of rates within a round: the median, and of how many rounds.
struct Ratio {
  double median = 0;
  std::size_t rounds = 0;
};
/// The rate of `row` over that of `reference` in the same round, without rounds in which a cache
/// line did not take the same time between the CPUs all along: the machine had changed its speed.
/// Nothing when no round is left. Precondition: both have samples.
std::optional<Ratio> ratio_of(const ForwardRow& row, const ForwardRow& reference);

/// The row that others are compared with: the classic method with one client, else the first one
/// with samples, the floor last. Precondition: there is one.
const ForwardRow& reference_of(const ForwardResult& result);

/// What is to be known of a row beside its figures; "" when nothing is. `rate`: that was asked for.
std::string remark_on(const ForwardRow& row, std::optional<double> rate);

std::string forward_table(const ForwardResult& result);
/// As docs/interfaces.md describes it. `command`: what repeats it.
std::string forward_json(const ForwardResult& result, const std::string& command);

/// What the ports are fed with; where it was measured; and, when others took more than a tenth of
/// the CPUs, that it was not quiet. Whole lines.
std::string traffic_line(const ForwardTraffic& traffic);
std::string machine_line(const MachineFacts& machine);
std::string quiet_lines(double others_share);

}  // namespace ringside::harness
