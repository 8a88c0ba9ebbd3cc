// SPDX-License-Identifier: BSD-3-Clause
// What the samples of the forwarding benchmark come to: which of them count, their medians, ratios
// between cases. Pure.
#pragma once

#include <optional>
#include <vector>

#include "harness/bench/forward.hpp"

namespace ringside::harness {

/// A speed of the machine: that of samples whose cache-line round trips lie together.
struct MachineSpeed {
  double round_trip_ns = 0;  ///< median of those samples
  double least_ns = 0, most_ns = 0;
  unsigned samples = 0;
};

/// All speeds at which the samples of a table were taken, the fastest first. Samples during which
/// the machine changed its speed are of none.
struct MachineSpeeds {
  std::vector<MachineSpeed> all;  ///< empty: nothing is known of them, as on one CPU
  std::size_t usual = 0;          ///< that of most samples
};
MachineSpeeds speeds_of(const std::vector<ForwardRow>& rows);

/// The speed that a row's figures are of: the usual one, when it has samples of it, else that of
/// most of its samples; nothing, when none is of a known speed.
std::optional<MachineSpeed> speed_of(const ForwardRow& row, const MachineSpeeds& speeds);

/// One line of the table, derived from those of a row's samples that were taken at one speed.
struct ForwardFigures {
  unsigned samples = 0;  ///< that count; 0: there are no figures
  double mpps = 0;       ///< median of those samples, as all below
  double mpps_min = 0, mpps_max = 0;
  double cpu_ns_per_packet = 0;
  double dropped_share = 0;  ///< of what was delivered or dropped
  double fullest_ring = 0;   ///< the most of those samples
  double others_share = 0;   ///< likewise
  /// How far apart the clients are: (most - least) / mean of what they delivered.
  double client_spread = 0;
  double packets_per_round_trip = 0;
  double offered_rate = 0;
  Percentiles latency_ns;
  unsigned unsteady = 0;  ///< of all samples, those during which the machine changed its speed
};
/// Precondition: the row has samples.
ForwardFigures figures_of(const ForwardRow& row, const MachineSpeeds& speeds);

/// Of rates within a round: the median, and of how many rounds.
struct Ratio {
  double median = 0;
  std::size_t rounds = 0;
};
/// The rate of `row` over that of `reference` in the same round, of rounds in which both were taken
/// at the speed that the row's figures are of. Nothing when there is no such round. Precondition:
/// both have samples.
std::optional<Ratio> ratio_of(const ForwardRow& row, const ForwardRow& reference,
                              const MachineSpeeds& speeds);

/// The row that others are compared with: the classic method with one client, else the first one
/// with samples, the floor last. Precondition: there is one.
const ForwardRow& reference_of(const ForwardResult& result);

}  // namespace ringside::harness
