// SPDX-License-Identifier: BSD-3-Clause
// ringside perf: finds which of its commands was meant.
#include <CLI/CLI.hpp>

#include "harness/cli/command.hpp"

namespace ringside::harness {
namespace {

struct PerfRow {
  const char* name;
  const char* description;
  std::unique_ptr<Command> (*make)();
};

constexpr PerfRow kPerfCommands[] = {
    {"ab", "Run two builds in turns and say which is slower.", make_perf_ab_command},
    {"record", "Measure one build and keep the result.", make_perf_record_command},
    {"compare", "Compare two recorded results.", make_perf_compare_command},
    {"history", "Show recorded results and where they changed.", make_perf_history_command},
};

class PerfCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.require_subcommand(1);
    for (const PerfRow& row : kPerfCommands) {
      apps_.push_back(app.add_subcommand(row.name, row.description));
      commands_.push_back(row.make());
      commands_.back()->declare(*apps_.back());
    }
  }

  Result<ExitCode> run(const std::vector<std::string>& rest) override {
    for (std::size_t i = 0; i < apps_.size(); ++i) {
      if (apps_[i]->parsed()) return commands_[i]->run(rest);
    }
    return ExitCode::kInternal;  // CLI11 has refused this
  }

 private:
  std::vector<CLI::App*> apps_;
  std::vector<std::unique_ptr<Command>> commands_;
};

}  // namespace

std::unique_ptr<Command> make_perf_command() {
  return std::make_unique<PerfCommand>();
}

}  // namespace ringside::harness
