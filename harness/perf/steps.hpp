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
  std::string out, err;
  /// All it said: what a reason is looked for in.
  std::string said() const { return err + out; }
  bool ok() const { return end == ProcessEnd{0, 0}; }
};

/// Runs a program in `directory`; what it prints goes through files in `scratch`. Errors: it
/// cannot be started; interrupted; half an hour passed.
Result<Ran> run_to_end(World& world, const std::string& scratch, const std::string& directory,
                       std::vector<std::string> argv);

std::string first_line(const std::string& text);
/// The line of what a program said that says what went wrong, and the next one where that only says
/// where.
std::string reason_in(const std::string& said);

}  // namespace ringside::harness::perf
