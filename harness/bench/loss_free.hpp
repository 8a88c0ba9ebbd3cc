// SPDX-License-Identifier: BSD-3-Clause
// The highest rate without a single loss, by binary search (RFC 2544, section 26.1), bounded in
// trials and so in time. Pure: what a trial is, the caller says.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/statistics.hpp"

namespace ringside::harness {

/// A sender that offers less than this of the rate it was asked for did not keep it.
inline constexpr double kKeptRate = 0.99;

/// What happened at one rate.
struct LossFreeTrial {
  double rate = 0;              ///< asked for, packets/s
  double sent_rate = 0;         ///< at which the sender really offered them
  std::uint64_t offered = 0;    ///< packets
  std::uint64_t delivered = 0;  ///< came out meanwhile
  Percentiles latency_ns;       ///< of the delivered

  std::uint64_t lost() const { return offered > delivered ? offered - delivered : 0; }
};

enum class TrialVerdict {
  kLossFree,
  kLossy,
  /// The sender did not keep the rate, so nothing is known of what was to be tested; or more came
  /// out than was put in, late from a trial before, and losses could hide behind that.
  kNoEvidence
};
std::string_view to_string(TrialVerdict verdict);
TrialVerdict verdict_of(const LossFreeTrial& trial);

struct LossFreeSearch {
  double first = 0;           ///< rate of the first trial
  double resolution = 0.02;   ///< ends when the bounds are so near, as a share of the upper one
  unsigned most_trials = 14;  ///< of one search, repetitions included
  unsigned repetitions = 1;   ///< of a trial without evidence
  unsigned doublings = 4;     ///< of the rate, as long as nothing is lost
};

/// Why a search went no higher.
enum class LossFreeBound {
  kLoss,     ///< packets were lost at a higher rate
  kSender,   ///< the sender could not keep a higher rate
  kHighest,  ///< nothing was lost at the highest rate that was tried
  kTrials    ///< the trials were used up before the bounds met
};
std::string_view to_string(LossFreeBound bound);

struct LossFreeOutcome {
  std::optional<LossFreeTrial> best;  ///< nothing: every trial lost packets, or is no evidence
  LossFreeBound bound = LossFreeBound::kLoss;
  double above = 0;  ///< the lowest rate that is known or taken to be too high; 0: none
  std::vector<LossFreeTrial> trials;
};

/// Errors: those of `trial`. Precondition: 0 < first, 0 < resolution < 1, most_trials > 0.
Result<LossFreeOutcome> search_loss_free(
    const LossFreeSearch& search, const std::function<Result<LossFreeTrial>(double rate)>& trial);

}  // namespace ringside::harness
