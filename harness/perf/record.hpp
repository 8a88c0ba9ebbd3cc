// SPDX-License-Identifier: BSD-3-Clause
// All benchmarks of one build, by themselves.
#pragma once

#include "harness/perf/ab.hpp"
#include "harness/perf/result_file.hpp"

namespace ringside::harness::perf {

/// Times of every selected benchmark. Errors: as of compare_builds().
Result<std::vector<BenchmarkTimes>> record_build(World& world, const BenchPlace& place,
                                                 const Build& build, const Selection& selection,
                                                 const PairPlan& plan, const Progress& progress);

}  // namespace ringside::harness::perf
