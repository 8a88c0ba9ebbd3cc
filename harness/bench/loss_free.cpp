// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/loss_free.hpp"

namespace ringside::harness {
std::string_view to_string(TrialVerdict verdict) {
  switch (verdict) {
    case TrialVerdict::kLossFree:
      return "loss-free";
    case TrialVerdict::kLossy:
      return "lossy";
    case TrialVerdict::kNoEvidence:
      return "no evidence";
  }
  return "?";
}

std::string_view to_string(LossFreeBound bound) {
  switch (bound) {
    case LossFreeBound::kLoss:
      return "loss";
    case LossFreeBound::kSender:
      return "sender";
    case LossFreeBound::kHighest:
      return "highest";
    case LossFreeBound::kTrials:
      return "trials";
  }
  return "?";
}

TrialVerdict verdict_of(const LossFreeTrial& trial) {
  if (trial.sent_rate < kKeptRate * trial.rate) return TrialVerdict::kNoEvidence;
  if (trial.delivered > trial.offered) return TrialVerdict::kNoEvidence;
  return trial.lost() == 0 ? TrialVerdict::kLossFree : TrialVerdict::kLossy;
}

Result<LossFreeOutcome> search_loss_free(
    const LossFreeSearch& search, const std::function<Result<LossFreeTrial>(double rate)>& trial) {
  LossFreeOutcome outcome;
  double low = 0;
  double high = search.first;
  double next = high;
  unsigned without_evidence = 0;
  unsigned doublings = 0;
  while (outcome.trials.size() < search.most_trials) {
    const auto made = trial(next);
    if (!made) return made.error();
    outcome.trials.push_back(*made);
    const TrialVerdict verdict = verdict_of(*made);
    if (verdict == TrialVerdict::kNoEvidence && ++without_evidence <= search.repetitions) continue;
    without_evidence = 0;
    if (verdict == TrialVerdict::kLossFree) {
      outcome.best = *made;
      low = next;
      if (outcome.above == 0) {
        outcome.bound = LossFreeBound::kHighest;
        if (doublings++ == search.doublings) return outcome;
        next *= 2;
        continue;
      }
    } else {
      outcome.bound =
          verdict == TrialVerdict::kLossy ? LossFreeBound::kLoss : LossFreeBound::kSender;
      outcome.above = high = next;
    }
    if (high - low <= search.resolution * high) return outcome;
    next = (low + high) / 2;
  }
  outcome.bound = LossFreeBound::kTrials;
  return outcome;
}

}  // namespace ringside::harness
