// SPDX-License-Identifier: BSD-3-Clause
// How many packets are handled at once.
#pragma once

#include <algorithm>

namespace ringside {

inline constexpr unsigned kMaxBurst = 512;

/// Handled at once where more gains nothing; enough for a hand-over when no more is waiting.
inline constexpr unsigned kSmallBurst = 32;

/// Handled at once where each burst costs the other CPU something too: more, as long as a ring
/// holds several of them.
constexpr unsigned default_burst(unsigned ring_size) {
  return std::clamp(ring_size / 4, kSmallBurst, 4 * kSmallBurst);
}

}  // namespace ringside
