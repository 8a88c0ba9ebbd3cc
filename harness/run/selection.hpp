// SPDX-License-Identifier: BSD-3-Clause
// Which scenarios a command line means. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "harness/run/scenario.hpp"

namespace ringside::harness {

/// Part `index` (from 1) of `count` parts of equal size: --shard 2/3.
struct Shard {
  unsigned index = 1;
  unsigned count = 1;
};
/// Errors: kUsage.
Result<Shard> parse_shard(std::string_view text);

struct Selection {
  std::vector<std::string>
      patterns;                   ///< names, beginnings of names up to a "/", globs; empty = all
  std::string filter;             ///< part of the name, or a glob; empty = all
  std::vector<std::string> tags;  ///< any of these; "!tag" = not that one
  Shard shard;
};

/// The scenarios selected, in their order: pattern by pattern, so that what two of them mean is
/// there twice. Errors: kNothingToDo with a sentence, when a pattern
/// matches nothing or nothing is left.
Result<std::vector<Scenario>> select(const std::vector<Scenario>& all, const Selection& selection);

/// An order that depends on the seed alone.
void shuffle(std::vector<Scenario>& scenarios, std::uint64_t seed);

}  // namespace ringside::harness
