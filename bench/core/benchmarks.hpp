// SPDX-License-Identifier: BSD-3-Clause
// What src/core does with packets, in loops over bursts as the server calls it.
#pragma once

#include <vector>

#include "bench/core/frames.hpp"
#include "core/bench_protocol.hpp"

namespace ringside::bench {

/// parse, hash and dispatch-POLICY for each policy; a round is one pass over all frames. `frames`
/// must outlive them.
std::vector<Benchmark> core_benchmarks(const FrameSet& frames);

}  // namespace ringside::bench
