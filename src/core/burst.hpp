// SPDX-License-Identifier: BSD-3-Clause
// How many packets are handled at once.
#pragma once

namespace ringside {

inline constexpr unsigned kDefaultBurst = 32;
inline constexpr unsigned kMaxBurst = 512;

}  // namespace ringside
