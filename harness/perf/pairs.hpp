// SPDX-License-Identifier: BSD-3-Clause
// Two builds in turns on one CPU: pairs of the same fixed work, who begins is drawn by lot. Work is
// done in short pieces, because small virtual machines change their speed by a factor of two for
// parts of a second, and nothing tells of it: both builds must meet the same moments.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "core/result.hpp"
#include "harness/perf/decision.hpp"
#include "harness/perf/disturbance.hpp"

namespace ringside::harness::perf {

enum class Side { kBase, kHead };

struct Sample {
  double nanoseconds = 0;
  Disturbance disturbance;
};

/// Where samples come from: processes, or a fake.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// Starts both builds anew. Where the memory of a process happens to lie stays the same as long
  /// as it lives and may make it faster or slower: all pieces of one start are one observation.
  virtual Status start() = 0;
  /// A piece of the fixed work, once. Errors: the program ended, or has no answer.
  virtual Result<Sample> take(Side side) = 0;
};

struct PairPlan {
  std::size_t pairs = 40;     ///< observations, each with a start of its own
  std::size_t pieces = 10;    ///< of the work of each, the two builds in turns
  std::size_t repeats = 400;  ///< of disturbed pieces, in one batch
};

/// Observations of undisturbed pieces, medians over the pieces of a pair.
struct Batch {
  std::vector<double> base, head;  ///< nanoseconds of a piece
  std::vector<double> log_ratios;
  std::size_t disturbed = 0;  ///< pieces thrown away, and repeated while there were repeats
  Disturbance disturbance;    ///< what happened to those
};

/// A disturbed piece (of either build) counts for nothing; it is repeated while the plan has
/// repeats left. A pair without all its pieces is left out, so the batch may be short.
Result<Batch> measure_batch(SampleSource& source, const PairPlan& plan, std::mt19937_64& lots);

struct Comparison {
  Verdict verdict = Verdict::kTooNoisy;
  std::vector<Batch> batches;                       ///< one, or two when the first gave alarm
  std::vector<std::optional<MedianBounds>> bounds;  ///< of the log-ratios of each batch
};

/// A batch, and a second one when the first is an alarm.
Result<Comparison> compare(SampleSource& source, const PairPlan& plan, const Rule& rule,
                           std::mt19937_64& lots);

}  // namespace ringside::harness::perf
