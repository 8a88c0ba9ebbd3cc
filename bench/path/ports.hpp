// SPDX-License-Identifier: BSD-3-Clause
// Two ports that send round a set of frames for ever: what goes out by one comes in by the other.
// They cost next to nothing, so that what is measured is the server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/core/frames.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/ring.hpp"

namespace ringside::bench {

/// Of a set, the first ones; with those of made_up_frames() all.
inline constexpr std::size_t kMostCirculating = 2048;

struct CirculatingPorts {
  std::vector<dpdk::Ring> rings;  ///< must outlive the ports
  std::vector<std::uint16_t> ids;
  std::size_t frames = 0;  ///< that circulate
};

/// Ring i is where port i receives and the other one transmits, as clients forward to the other
/// port: a frame always comes in by the same one. Errors: kUsage, a frame is too large;
/// kEnvironment.
Result<CirculatingPorts> circulate(const std::string& name, const FrameSet& frames,
                                   dpdk::MempoolView pool);

}  // namespace ringside::bench
