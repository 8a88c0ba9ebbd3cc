// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/pairs.hpp"

#include <utility>

#include "core/statistics.hpp"

namespace ringside::harness::perf {
namespace {

struct Piece {
  Sample base, head;
  bool disturbed() const { return base.disturbance.any() || head.disturbance.any(); }
};

Result<Piece> take_piece(SampleSource& source, bool base_first) {
  const Side order[] = {base_first ? Side::kBase : Side::kHead,
                        base_first ? Side::kHead : Side::kBase};
  Piece piece;
  for (const Side side : order) {
    const Result<Sample> sample = source.take(side);
    if (!sample) return sample.error();
    (side == Side::kBase ? piece.base : piece.head) = *sample;
  }
  return piece;
}

void add_pair(const std::vector<double>& base, const std::vector<double>& head, Batch& batch) {
  batch.base.push_back(median(base));
  batch.head.push_back(median(head));
  batch.log_ratios.push_back(median(log_ratios(base, head)));
}

/// One pair out of a new start; none when the repeats are used up.
Status measure_pair(SampleSource& source, const PairPlan& plan, std::mt19937_64& lots,
                    Batch& batch) {
  const Status started = source.start();
  if (!started) return started.error();
  std::vector<double> base, head;
  while (base.size() < plan.pieces) {
    const auto piece = take_piece(source, (lots() & 1) == 0);
    if (!piece) return piece.error();
    if (!piece->disturbed()) {
      base.push_back(piece->base.nanoseconds);
      head.push_back(piece->head.nanoseconds);
      continue;
    }
    batch.disturbance += piece->base.disturbance;
    batch.disturbance += piece->head.disturbance;
    if (++batch.disturbed > plan.repeats) return Done{};
  }
  add_pair(base, head, batch);
  return Done{};
}

}  // namespace

Result<Batch> measure_batch(SampleSource& source, const PairPlan& plan, std::mt19937_64& lots) {
  Batch batch;
  while (batch.base.size() < plan.pairs && batch.disturbed <= plan.repeats) {
    const Status measured = measure_pair(source, plan, lots, batch);
    if (!measured) return measured.error();
  }
  return batch;
}

Result<Comparison> compare(SampleSource& source, const PairPlan& plan, const Rule& rule,
                           std::mt19937_64& lots) {
  Comparison comparison;
  for (int round = 0; round < 2; ++round) {
    auto batch = measure_batch(source, plan, lots);
    if (!batch) return batch.error();
    const auto bounds = median_bounds(batch->log_ratios, rule.alpha);
    const Verdict verdict = judge(bounds, rule);
    comparison.verdict = round == 0 ? verdict : confirm(comparison.verdict, verdict);
    comparison.batches.push_back(*std::move(batch));
    comparison.bounds.push_back(bounds);
    if (!is_alarm(verdict)) break;
  }
  return comparison;
}

}  // namespace ringside::harness::perf
