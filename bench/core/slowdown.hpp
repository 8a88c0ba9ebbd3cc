// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace ringside::bench {

inline constexpr std::uint64_t kWhole = 100000;

/// So many of kWhole are done on top: a slowdown of known size, to see that it is found; 0 in every
/// build that anybody uses. A word in an object of its own: the loops are the same code in all
/// builds.
extern const std::uint64_t again_of_whole;

}  // namespace ringside::bench
