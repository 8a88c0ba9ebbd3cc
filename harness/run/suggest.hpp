// SPDX-License-Identifier: BSD-3-Clause
// "Did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::harness {

/// The candidate that `word` most likely was meant to be; empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// " (did you mean \"x\"?)", or empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace ringside::harness
