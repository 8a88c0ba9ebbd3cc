// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/pairs.hpp"

#include <utility>

namespace ringside::harness::perf {
namespace {

struct SamplePair {
  Sample base, head;
};

Result<SamplePair> take_pair(SampleSource& source, bool base_first) {
  const Side order[] = {base_first ? Side::kBase : Side::kHead,
                        base_first ? Side::kHead : Side::kBase};
  SamplePair pair;
  for (const Side side : order) {
    const Result<Sample> sample = source.take(side);
    if (!sample) return sample.error();
    (side == Side::kBase ? pair.base : pair.head) = *sample;
  }
  return pair;
}

void note_disturbed(const SamplePair& pair, Batch& batch) {
  ++batch.disturbed;
  batch.disturbance += pair.base.disturbance;
  batch.disturbance += pair.head.disturbance;
}

}  // namespace

Result<Batch> measure_batch(SampleSource& source, const PairPlan& plan, std::mt19937_64& lots) {
  Batch batch;
  for (std::size_t taken = 0; batch.base.size() < plan.pairs; ++taken) {
    if (taken == plan.pairs + plan.repeats) break;
    if (taken % plan.pairs_of_a_start == 0) {
      const Status started = source.start();
      if (!started) return started.error();
    }
    const auto pair = take_pair(source, (lots() & 1) == 0);
    if (!pair) return pair.error();
    if (pair->base.disturbance.any() || pair->head.disturbance.any()) {
      note_disturbed(*pair, batch);
      continue;
    }
    batch.base.push_back(pair->base.nanoseconds);
    batch.head.push_back(pair->head.nanoseconds);
  }
  return batch;
}

Result<Comparison> compare(SampleSource& source, const PairPlan& plan, const Rule& rule,
                           std::mt19937_64& lots) {
  Comparison comparison;
  for (int round = 0; round < 2; ++round) {
    auto batch = measure_batch(source, plan, lots);
    if (!batch) return batch.error();
    const auto bounds = median_bounds(log_ratios(batch->base, batch->head), rule.alpha);
    const Verdict verdict = judge(bounds, rule);
    comparison.verdict = round == 0 ? verdict : confirm(comparison.verdict, verdict);
    comparison.batches.push_back(*std::move(batch));
    comparison.bounds.push_back(bounds);
    if (!is_alarm(verdict)) break;
  }
  return comparison;
}

}  // namespace ringside::harness::perf
