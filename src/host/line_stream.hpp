// SPDX-License-Identifier: BSD-3-Clause
// How many cache lines two CPUs can hand to each other: what work on one CPU of which a part is
// done on another cannot exceed.
#pragma once

#include <chrono>
#include <cstdint>

namespace ringside::host {

/// Lines that went from one CPU to the other and back, and the time that took.
struct LineStream {
  std::uint64_t lines = 0;
  double seconds = 0;
};

/// For `time` the calling program's threads on two CPUs write to the same lines in turns, each
/// asking for the next ones in advance. Lines go in batches of 32, as packets in bursts, with up to
/// 64 batches on their way. Precondition: two different CPUs.
LineStream stream_lines(unsigned near_cpu, unsigned far_cpu, std::chrono::nanoseconds time);

}  // namespace ringside::host
