// SPDX-License-Identifier: BSD-3-Clause
// The benchmarks of the data path. Each makes what it needs when it is first asked for.
#pragma once

#include <optional>
#include <vector>

#include "bench/core/frames.hpp"
#include "core/bench_protocol.hpp"
#include "dpdk/mempool.hpp"

namespace ringside::bench {

/// CPUs of the two sides of a benchmark that crosses them.
struct TwoCpus {
  unsigned server = 0, clients = 0;
};

/// Buffers that the benchmarks of one process need at most, all used.
inline constexpr unsigned kPathMbufs = 8191;

/// `null_ports`: two ports of the net_null driver. Without `cpus` the ones that cross CPUs end with
/// a sentence. `frames` must outlive them.
std::vector<Benchmark> path_benchmarks(const FrameSet& frames, dpdk::MempoolView pool,
                                       const std::vector<std::uint16_t>& null_ports,
                                       std::optional<TwoCpus> cpus);

}  // namespace ringside::bench
