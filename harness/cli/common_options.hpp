// SPDX-License-Identifier: BSD-3-Clause
// Options that run and replay share, and what follows from them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/run/player.hpp"
#include "harness/run/programs.hpp"

namespace CLI {
class App;
}

namespace ringside::harness {

struct CommonOptions {
  ProgramChoice programs;
  std::string memory = "auto";
  std::vector<std::string> wraps;  ///< "client0=gdb --args"
  double timeout_s = 0;            ///< 0: the scenario's own
  double patience_s = 10;
  std::string colour = "auto";
  std::string json;  ///< file, "-" = standard output
};

/// A check for CLI11: "" when `text` is a number above 0 and up to 1e9, otherwise what is wrong.
std::string positive_number(const std::string& text);

/// Adds them to a subcommand.
void declare_common_options(CLI::App& app, CommonOptions& options);

/// Finds programs, CPUs and so on. Errors: kUsage, kEnvironment.
Result<PlayContext> make_context(const CommonOptions& options);

/// Whether every program to run under a tool is one that a scenario starts. Errors: kUsage, naming
/// those there are.
Status check_wraps(const PlayContext& context, const std::vector<Scenario>& scenarios);

/// The options that are not at their defaults, as words to repeat the command with.
std::vector<std::string> words_of(const CommonOptions& options);

/// Whether the file for --json can be written at the end. Errors: kEnvironment.
Status check_outputs(const CommonOptions& options);

/// Writes `text` to a file or, for "-", to standard output, which main() flushes. Errors:
/// kEnvironment.
Status write_output(const std::string& file, const std::string& text);

/// The world as it is: real clock, processes, sockets and signals.
World real_world();

}  // namespace ringside::harness
