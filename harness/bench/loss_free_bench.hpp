// SPDX-License-Identifier: BSD-3-Clause
// The loss-free rate of each case on ring ports: programs started once, then trials of
// harness/bench/loss_free.hpp, each with packets that mp_wire really sends and takes back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/bench/forward.hpp"
#include "harness/bench/loss_free.hpp"

namespace ringside::harness {

struct LossFreePlan {
  ForwardSetup setup;  ///< ring ports
  std::vector<ForwardCase> cases;
  LossFreeSearch search;  ///< `first` is found for each case: a little more than gets through
  Duration trial = std::chrono::seconds(1);  ///< length of a trial
};

struct LossFreeRow {
  ForwardCase what;
  std::optional<LossFreeOutcome> outcome;  ///< nothing: skipped
  std::string skipped;
  bool oversubscribed = false;
  double others_share = 0;  ///< of all CPUs, taken by other programs
  std::string failed = {};  ///< why there is no outcome, though the case was tried
  double round_trip_before_ns = 0, round_trip_after_ns = 0;  ///< as ForwardSample has them
};

struct LossFreeResult {
  MachineFacts machine;
  ForwardTraffic traffic;
  double trial_seconds = 0;
  double resolution = 0;
  std::vector<LossFreeRow> rows;
  std::optional<Error> failure = {};  ///< of the first case that failed; kInterrupted before all
};

/// Errors: as bench_forward().
Result<LossFreeResult> bench_loss_free(World& world, const LossFreePlan& plan,
                                       const std::function<void(const std::string&)>& progress);

std::string loss_free_table(const LossFreeResult& result);
std::string loss_free_json(const LossFreeResult& result, const std::string& command);

}  // namespace ringside::harness
