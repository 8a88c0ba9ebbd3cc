// SPDX-License-Identifier: BSD-3-Clause
// mp_wire's own part of its command line, behind "--".
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace ringside::wire {

struct Options {
  std::chrono::nanoseconds wait = std::chrono::seconds(10);
  bool help = false;
};

/// Error kUsage: an unknown option, or a number that is none.
Result<Options> parse_options(const std::vector<std::string>& arguments);

/// Text for --help.
const char* usage();

}  // namespace ringside::wire
