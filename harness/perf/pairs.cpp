// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/pairs.hpp"

#include <algorithm>
#include <utility>

#include "core/statistics.hpp"

namespace ringside::harness::perf {
namespace {

/// Round trips that differ by more are not of one speed of the machine.
constexpr double kSameSpeed = 0.25;

struct Piece {
  Sample base, head;
  bool disturbed() const {
    if (base.disturbed() || head.disturbed()) return true;
    return base.round_trips && head.round_trips &&
           relative_difference(base.round_trips->mean(), head.round_trips->mean()) > kSameSpeed;
  }
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

void add_pair(const std::vector<Piece>& pieces, Batch& batch) {
  std::vector<double> base, head, trips;
  for (const Piece& piece : pieces) {
    base.push_back(piece.base.nanoseconds);
    head.push_back(piece.head.nanoseconds);
    for (const Sample* const sample : {&piece.base, &piece.head}) {
      if (sample->round_trips) trips.push_back(sample->round_trips->mean());
    }
  }
  batch.base.push_back(median(base));
  batch.head.push_back(median(head));
  batch.log_ratios.push_back(median(log_ratios(base, head)));
  if (!trips.empty()) batch.round_trips.push_back(median(std::move(trips)));
}

/// One pair out of a new start; none when the repeats are used up.
Status measure_pair(SampleSource& source, const PairPlan& plan, std::mt19937_64& lots,
                    Batch& batch) {
  const Status started = source.start();
  if (!started) return started.error();
  const auto pieces = undisturbed_pieces(plan, batch.disturbed, [&] {
    const auto piece = take_piece(source, (lots() & 1) == 0);
    if (piece && piece->disturbed()) {
      batch.disturbance += piece->base.disturbance;
      batch.disturbance += piece->head.disturbance;
    }
    return piece;
  });
  if (!pieces) return pieces.error();
  if (pieces->size() == plan.pieces) add_pair(*pieces, batch);
  return Done{};
}

bool has_enough(const Batch& batch, const PairPlan& plan) {
  if (batch.base.size() < plan.pairs) return false;
  if (batch.round_trips.empty() || batch.base.size() >= 2 * plan.pairs) return true;
  const std::vector<bool> kept = of_commonest_speed(batch.round_trips);
  return static_cast<std::size_t>(std::ranges::count(kept, true)) >= plan.pairs;
}

void leave_out_other_speeds(Batch& batch) {
  const std::vector<bool> kept = of_commonest_speed(batch.round_trips);
  for (std::vector<double>* const column :
       {&batch.base, &batch.head, &batch.log_ratios, &batch.round_trips}) {
    std::size_t i = 0;
    std::erase_if(*column, [&](double) { return !kept[i++]; });
  }
  batch.other_speeds = kept.size() - batch.base.size();
}

}  // namespace

bool Sample::disturbed() const {
  if (disturbance.any()) return true;
  return round_trips && relative_difference(static_cast<double>(round_trips->before),
                                            static_cast<double>(round_trips->after)) > kSameSpeed;
}

std::vector<bool> of_commonest_speed(const std::vector<double>& round_trips) {
  const std::vector<int> speeds = groups_by_gap(round_trips, kOtherSpeed);
  const auto pairs_of = [&](int speed) { return std::ranges::count(speeds, speed); };
  const auto commonest = std::ranges::max_element(speeds, {}, pairs_of);
  std::vector<bool> kept;
  for (const int speed : speeds) kept.push_back(speed == *commonest);
  return kept;
}

PairPlan across_cpus(const PairPlan& plan) {
  return {.pairs = 4 * plan.pairs, .pieces = 1};
}

Result<Batch> measure_batch(SampleSource& source, const PairPlan& plan, std::mt19937_64& lots) {
  Batch batch;
  while (!has_enough(batch, plan) && batch.disturbed <= plan.repeats()) {
    const Status measured = measure_pair(source, plan, lots, batch);
    if (!measured) return measured.error();
  }
  if (!batch.round_trips.empty()) leave_out_other_speeds(batch);
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
