// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/pairs.hpp"

#include <algorithm>
#include <utility>

#include "core/statistics.hpp"
#include "host/line_probe.hpp"

namespace ringside::harness::perf {
namespace {

struct Piece {
  Sample base, head;
  bool disturbed() const { return base.disturbed() || head.disturbed() || !is_steady(); }
  /// A cache line took the same time between the CPUs all along.
  bool is_steady() const {
    if (!base.is_steady() || !head.is_steady()) return false;
    return !base.round_trips || !head.round_trips ||
           host::same_speed(base.round_trips->mean(), head.round_trips->mean());
  }
};

Result<Piece> take_piece(SampleSource& source, std::size_t benchmark, bool base_first) {
  const Side order[] = {base_first ? Side::kBase : Side::kHead,
                        base_first ? Side::kHead : Side::kBase};
  Piece piece;
  for (const Side side : order) {
    const Result<Sample> sample = source.take(benchmark, side);
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
Status measure_pair(SampleSource& source, const Task& task, std::mt19937_64& lots, Batch& batch) {
  const Status warm = source.warm_up(task.benchmark);
  if (!warm) return warm.error();
  const auto pieces = undisturbed_pieces(task.plan, batch.disturbed, [&] {
    const auto piece = take_piece(source, task.benchmark, (lots() & 1) == 0);
    if (piece && piece->disturbed()) {
      batch.disturbance += piece->base.disturbance;
      batch.disturbance += piece->head.disturbance;
      if (!piece->is_steady()) ++batch.unsteady;
    }
    return piece;
  });
  if (!pieces) return pieces.error();
  if (pieces->size() == task.plan.pieces) add_pair(*pieces, batch);
  return Done{};
}

bool has_enough(const Batch& batch, const PairPlan& plan) {
  if (batch.base.size() < plan.pairs) return false;
  if (batch.round_trips.empty() || batch.base.size() >= 2 * plan.pairs) return true;
  const std::vector<bool> kept = of_commonest_speed(batch.round_trips);
  return static_cast<std::size_t>(std::ranges::count(kept, true)) >= plan.pairs;
}

/// It has enough, or its repeats are used up.
bool is_over(const Batch& batch, const PairPlan& plan) {
  return has_enough(batch, plan) || batch.disturbed > plan.repeats();
}

void leave_out_other_speeds(Batch& batch) {
  if (batch.round_trips.empty()) return;
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
  return disturbance.any() || !is_steady();
}

bool Sample::is_steady() const {
  return !round_trips || host::same_speed(static_cast<double>(round_trips->before),
                                          static_cast<double>(round_trips->after));
}

std::vector<bool> of_commonest_speed(const std::vector<double>& round_trips) {
  const std::vector<int> speeds = groups_by_gap(round_trips, host::kOtherSpeed);
  const auto pairs_of = [&](int speed) { return std::ranges::count(speeds, speed); };
  const auto commonest = std::ranges::max_element(speeds, {}, pairs_of);
  std::vector<bool> kept;
  for (const int speed : speeds) kept.push_back(speed == *commonest);
  return kept;
}

PairPlan across_cpus(const PairPlan& plan) {
  return {.pairs = 4 * plan.pairs, .pieces = 1};
}

Result<std::vector<Batch>> measure_batches(SampleSource& source, const std::vector<Task>& tasks,
                                           std::mt19937_64& lots) {
  std::vector<Batch> batches(tasks.size());
  const auto unfinished = [&] {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (!is_over(batches[i], tasks[i].plan)) which.push_back(i);
    }
    return which;
  };
  for (auto which = unfinished(); !which.empty(); which = unfinished()) {
    const Status started = source.start();
    if (!started) return started.error();
    for (const std::size_t i : which) {
      const Status measured = measure_pair(source, tasks[i], lots, batches[i]);
      if (!measured) return measured.error();
    }
  }
  for (Batch& batch : batches) leave_out_other_speeds(batch);
  return batches;
}

Result<std::vector<Comparison>> compare(SampleSource& source, const std::vector<PairPlan>& plans,
                                        const Rule& rule, std::mt19937_64& lots) {
  std::vector<Comparison> comparisons(plans.size());
  std::vector<Task> tasks;
  for (const PairPlan& plan : plans) tasks.push_back({tasks.size(), plan});
  for (int round = 0; round < 2 && !tasks.empty(); ++round) {
    auto batches = measure_batches(source, tasks, lots);
    if (!batches) return batches.error();
    std::vector<Task> alarmed;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      Comparison& comparison = comparisons[tasks[i].benchmark];
      const auto bounds = median_bounds((*batches)[i].log_ratios, rule.alpha);
      const Verdict verdict = judge(bounds, rule);
      comparison.verdict = round == 0 ? verdict : confirm(comparison.verdict, verdict);
      comparison.batches.push_back(std::move((*batches)[i]));
      comparison.bounds.push_back(bounds);
      if (is_alarm(verdict)) alarmed.push_back(tasks[i]);
    }
    tasks = std::move(alarmed);
  }
  return comparisons;
}

}  // namespace ringside::harness::perf
