// SPDX-License-Identifier: BSD-3-Clause
// Lcore ids that two processes both claim to use.
#pragma once

#include <bit>
#include <optional>

#include "core/shared_layout.hpp"

namespace ringside {

/// The lowest lcore id in both.
inline std::optional<unsigned> common_lcore(const shared::LcoreSet& a, const shared::LcoreSet& b) {
  for (std::size_t word = 0; word < a.size(); ++word) {
    const std::uint64_t both = a[word] & b[word];
    if (both != 0) return static_cast<unsigned>(64 * word) + std::countr_zero(both);
  }
  return std::nullopt;
}

}  // namespace ringside
