// SPDX-License-Identifier: BSD-3-Clause
// Two builds in turns: pairs of the same fixed work, who begins is drawn by lot. Work is done in
// short pieces, because small virtual machines change their speed by a factor of two for parts of a
// second, and nothing tells of it: both builds must meet the same moments.
//
// Work that goes from one CPU to another has a second kind of speed, that of a cache line between
// the two: such samples are stamped with it, and only pairs of one speed are put together.
#pragma once

#include <cstddef>
#include <optional>
#include <random>
#include <vector>

#include "core/bench_protocol.hpp"
#include "core/result.hpp"
#include "harness/perf/decision.hpp"
#include "harness/perf/disturbance.hpp"

namespace ringside::harness::perf {

enum class Side { kBase, kHead };

struct Sample {
  double nanoseconds = 0;
  Disturbance disturbance;
  std::optional<RoundTrips> round_trips = {};  ///< of work that crosses CPUs

  /// Something else had a CPU, or the round trips before and after differ.
  bool disturbed() const;
  /// Those round trips do not differ, or there are none.
  bool is_steady() const;
};

/// Where samples come from: processes, or a fake. Benchmarks are numbered from 0.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// Starts both builds anew. Where the memory of a process happens to lie stays the same as long
  /// as it lives and may make it faster or slower: all pieces of one start are one observation of
  /// a benchmark.
  virtual Status start() = 0;
  /// What either build does before its first piece of a benchmark.
  virtual Status warm_up(std::size_t benchmark) = 0;
  /// A piece of the fixed work, once. Errors: the program ended, or has no answer.
  virtual Result<Sample> take(std::size_t benchmark, Side side) = 0;
};

struct PairPlan {
  std::size_t pairs = 40;   ///< observations, each with a start of its own
  std::size_t pieces = 10;  ///< of the work of each, the two builds in turns

  /// Of disturbed pieces, in one batch: half of all in the end.
  std::size_t repeats() const { return pairs * pieces; }
};

/// For work that crosses CPUs, whose times differ more: four times the pairs, each in one piece,
/// which is stamped as a whole.
PairPlan across_cpus(const PairPlan& plan);

/// The pieces of one start: what take() gives (a Result of something with disturbed()), without
/// those that were disturbed, which count in `disturbed`. Fewer than planned when the repeats of
/// the batch are used up.
template <typename Take>
auto undisturbed_pieces(const PairPlan& plan, std::size_t& disturbed, Take take)
    -> Result<std::vector<std::remove_cvref_t<decltype(*take())>>> {
  std::vector<std::remove_cvref_t<decltype(*take())>> pieces;
  while (pieces.size() < plan.pieces && disturbed <= plan.repeats()) {
    const auto piece = take();
    if (!piece) return piece.error();
    if (piece->disturbed()) {
      ++disturbed;
    } else {
      pieces.push_back(*piece);
    }
  }
  return pieces;
}

/// Which of these round trips are of the speed that most of them have.
std::vector<bool> of_commonest_speed(const std::vector<double>& round_trips);

/// Observations of undisturbed pieces, medians over the pieces of a pair.
struct Batch {
  std::vector<double> base, head;  ///< nanoseconds of a piece
  std::vector<double> log_ratios;
  std::vector<double> round_trips;  ///< of each pair, where CPUs are crossed
  std::size_t disturbed = 0;        ///< pieces thrown away, and repeated while there were repeats
  Disturbance disturbance;          ///< what happened to those
  std::size_t unsteady = 0;         ///< of those, where a cache line's time between CPUs changed
  std::size_t other_speeds = 0;     ///< pairs left out: a cache line took another time
};

/// What is to be measured of one benchmark.
struct Task {
  std::size_t benchmark = 0;
  PairPlan plan;
};

/// A batch for each task. A start gives one pair to every benchmark that has not enough of them.
///
/// A disturbed piece (of either build) counts for nothing; it is repeated while the plan has
/// repeats left. A pair without all its pieces is left out, so the batch may be short. Where CPUs
/// are crossed it holds the pairs of the commonest speed, out of at most twice the plan's.
Result<std::vector<Batch>> measure_batches(SampleSource& source, const std::vector<Task>& tasks,
                                           std::mt19937_64& lots);

struct Comparison {
  Verdict verdict = Verdict::kTooNoisy;
  std::vector<Batch> batches;                       ///< one, or two when the first gave alarm
  std::vector<std::optional<MedianBounds>> bounds;  ///< of the log-ratios of each batch
};

/// Of the benchmarks with these plans, in their order: a batch of each, and a second one of those
/// whose first is an alarm.
Result<std::vector<Comparison>> compare(SampleSource& source, const std::vector<PairPlan>& plans,
                                        const Rule& rule, std::mt19937_64& lots);

}  // namespace ringside::harness::perf
