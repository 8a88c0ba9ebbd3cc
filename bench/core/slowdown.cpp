// SPDX-License-Identifier: BSD-3-Clause
#include "bench/core/slowdown.hpp"

#ifndef RINGSIDE_SLOWDOWN
#define RINGSIDE_SLOWDOWN 0
#endif

namespace ringside::bench {

const std::uint64_t again_of_whole =
    static_cast<std::uint64_t>(RINGSIDE_SLOWDOWN * (kWhole / 100.0) + 0.5);

}  // namespace ringside::bench
