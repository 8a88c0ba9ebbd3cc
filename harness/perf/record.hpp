// SPDX-License-Identifier: BSD-3-Clause
// All benchmarks of one build, by themselves.
#pragma once

#include "harness/perf/ab.hpp"
#include "harness/perf/result_file.hpp"

namespace ringside::harness::perf {

struct RecordPlan {
  Selection selection;
  PairPlan plan;
  bool instructions = false;  ///< are counted, where a benchmark stays on one CPU
};

/// Times of every selected benchmark that can run here; of the others `progress` says why. Errors:
/// as of compare_builds().
Result<std::vector<BenchmarkTimes>> record_build(World& world, const BenchPlace& place,
                                                 const Build& build, const RecordPlan& plan,
                                                 const Progress& progress);

}  // namespace ringside::harness::perf
