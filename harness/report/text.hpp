// SPDX-License-Identifier: BSD-3-Clause
// Pieces of the text reports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/checks/checks.hpp"

namespace ringside::harness {

/// "PASS", "FAIL", "SKIP" or "ERROR", five columns wide, coloured if wanted.
std::string badge(Outcome outcome, bool colour);
/// `text`, bold if colour is wanted.
std::string bold(std::string_view text, bool colour);

/// One line for each check; reasons under those that did not pass. `indent` is put in front.
std::string checks_text(const std::vector<CheckResult>& checks, std::string_view indent,
                        bool colour);

}  // namespace ringside::harness
