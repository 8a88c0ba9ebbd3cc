// SPDX-License-Identifier: BSD-3-Clause
// A scenario file's [matrix]: lists of values, and the combinations of them.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/run/toml_reader.hpp"

namespace ringside::harness {

/// One combination: names and values in the order in which the file has them.
using Combination = std::vector<std::pair<std::string, std::string>>;

/// Reads [matrix] of `root` and combines its lists; one empty combination when there is none. In
/// the list `capture`, "*" stands for all of `captures`. Combinations that match an entry of
/// `exclude` (a list of tables of names and values) are left out.
std::vector<Combination> read_matrix(TomlContext& context, TomlTable& root,
                                     const std::vector<std::string>& captures);

/// True if `combination` has, for every key of `selector`, that value or one of that list of
/// values.
bool matches(TomlContext& context, const toml::table& selector, const Combination& combination);

}  // namespace ringside::harness
