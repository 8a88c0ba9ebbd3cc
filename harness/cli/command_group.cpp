// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/command_group.hpp"

#include <CLI/CLI.hpp>

namespace ringside::harness {

void CommandGroup::declare(CLI::App& app) {
  app.require_subcommand(1);
  for (const CommandRow& row : rows_) {
    apps_.push_back(app.add_subcommand(row.name, row.description));
    commands_.push_back(row.make());
    commands_.back()->declare(*apps_.back());
  }
}

Result<ExitCode> CommandGroup::run(const std::vector<std::string>& rest) {
  for (std::size_t i = 0; i < apps_.size(); ++i) {
    if (apps_[i]->parsed()) return commands_[i]->run(rest);
  }
  return ExitCode::kInternal;  // CLI11 has refused this
}

namespace {

constexpr CommandRow kBenchmarks[] = {
    {"forward", "How fast server and clients forward on ports that cost nothing.",
     make_bench_forward_command},
    {"ring", "What rte_ring costs: modes, sizes, calls, producers and consumers, placements.",
     make_bench_ring_command},
};

constexpr CommandRow kPerfCommands[] = {
    {"ab", "Run two builds in turns and say which is slower.", make_perf_ab_command},
    {"record", "Measure one build and keep the result.", make_perf_record_command},
    {"compare", "Compare two recorded results.", make_perf_compare_command},
    {"history", "Show recorded results and where they changed.", make_perf_history_command},
};

}  // namespace

std::unique_ptr<Command> make_bench_command() {
  return std::make_unique<CommandGroup>(kBenchmarks);
}

std::unique_ptr<Command> make_perf_command() {
  return std::make_unique<CommandGroup>(kPerfCommands);
}

}  // namespace ringside::harness
