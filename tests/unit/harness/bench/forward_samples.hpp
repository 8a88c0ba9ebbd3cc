// SPDX-License-Identifier: BSD-3-Clause
// Samples of the forwarding benchmark, made up.
#pragma once

#include <utility>

#include "harness/bench/forward.hpp"

namespace ringside::harness {

inline ForwardSample sample(double seconds, std::uint64_t delivered, std::uint64_t dropped = 0,
                            std::vector<std::uint64_t> by_client = {}) {
  ForwardSample made;
  made.seconds = seconds;
  made.delivered = delivered;
  made.dropped = dropped;
  made.cpu_seconds = 2 * seconds;
  made.by_client = std::move(by_client);
  made.fullest_ring = 0.25;
  made.round_trip_before_ns = 100;
  made.round_trip_after_ns = 120;
  return made;
}

/// The second round is one of a slow minute: everything takes twice as long.
inline ForwardResult two_rounds() {
  const ForwardCase classic{ForwardMethod::kClassic, 1, "round-robin", {}, {}};
  const ForwardCase ours{ForwardMethod::kReturn, 2, "flow-hash", 1024, {}};
  const ForwardSample ours_fast = sample(0.5, 3'000'000, 1'000'000, {1'600'000, 1'400'000});
  return {{{"cpu_model", "A CPU"}, {"memory", "no-huge"}},
          {},
          std::nullopt,
          {{ours, {ours_fast, sample(1, 3'000'000)}, "", false},
           {classic, {sample(0.5, 2'000'000), sample(1, 2'000'000)}, "", false}}};
}

/// The machine kept a speed during this sample.
inline void set_round_trip(ForwardSample& sample, double ns) {
  sample.round_trip_before_ns = sample.round_trip_after_ns = ns;
}

}  // namespace ringside::harness
