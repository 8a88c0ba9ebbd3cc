// SPDX-License-Identifier: BSD-3-Clause
// A subcommand of ringside: declares its options, then runs. One file for each; the table of all is
// in main.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace CLI {
class App;
}

namespace ringside::harness {

class Command {
 public:
  virtual ~Command() = default;
  /// Adds its options to its own `app`; they point into this object.
  virtual void declare(CLI::App& app) = 0;
  /// Does the work after the command line was read. `rest`: what stood after "--". Errors are
  /// printed by the caller as "ringside: error: ...".
  virtual Result<ExitCode> run(const std::vector<std::string>& rest) = 0;
};

std::unique_ptr<Command> make_run_command();
std::unique_ptr<Command> make_replay_command();
std::unique_ptr<Command> make_up_command();
std::unique_ptr<Command> make_list_command();
std::unique_ptr<Command> make_explain_command();
std::unique_ptr<Command> make_bench_command();
std::unique_ptr<Command> make_bench_forward_command();  ///< below bench, as the next one
std::unique_ptr<Command> make_bench_ring_command();
std::unique_ptr<Command> make_perf_command();
std::unique_ptr<Command> make_perf_ab_command();  ///< below perf, as the next three
std::unique_ptr<Command> make_perf_record_command();
std::unique_ptr<Command> make_perf_compare_command();
std::unique_ptr<Command> make_perf_history_command();

}  // namespace ringside::harness
