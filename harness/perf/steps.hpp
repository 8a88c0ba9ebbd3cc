// SPDX-License-Identifier: BSD-3-Clause
// Programs that are run to their end for what they do or print.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/run/process.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness::perf {

struct Ran {
  ProcessEnd end;
  std::string output;  ///< standard output and error
  bool ok() const { return end == ProcessEnd{0, 0}; }
};

/// Runs a program in `directory`; what it prints goes through a file in `scratch`. Errors: it
/// cannot be started; interrupted; half an hour passed.
Result<Ran> run_to_end(World& world, const std::string& scratch, const std::string& directory,
                       std::vector<std::string> argv);

std::string first_line(const std::string& text);
/// The line of an output that says what went wrong.
std::string reason_in(const std::string& output);

}  // namespace ringside::harness::perf
