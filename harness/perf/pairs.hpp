// SPDX-License-Identifier: BSD-3-Clause
// Two builds in turns on one CPU: pairs of the same fixed work, who begins is drawn by lot.
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
  /// as it lives and may make it faster or slower, so pairs of one start are not independent.
  virtual Status start() = 0;
  /// The fixed work, once. Errors: the program ended, or has no answer.
  virtual Result<Sample> take(Side side) = 0;
};

struct PairPlan {
  std::size_t pairs = 40;
  std::size_t pairs_of_a_start = 1;
  std::size_t repeats = 80;  ///< of disturbed pairs, in one batch
};

/// Times of undisturbed pairs, base[i] beside head[i], in nanoseconds.
struct Batch {
  std::vector<double> base, head;
  std::size_t disturbed =
      0;                    ///< pairs that were thrown away, and repeated while there were repeats
  Disturbance disturbance;  ///< what happened to those
};

/// A disturbed pair counts for nothing; it is repeated while the plan has repeats left, so the
/// batch may be short.
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
