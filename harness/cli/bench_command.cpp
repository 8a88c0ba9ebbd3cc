// SPDX-License-Identifier: BSD-3-Clause
// ringside bench: a subcommand for each benchmark.
#include <CLI/CLI.hpp>
#include <vector>

#include "harness/cli/command.hpp"

namespace ringside::harness {
namespace {

struct BenchRow {
  const char* name;
  const char* description;
  std::unique_ptr<Command> (*make)();
};

constexpr BenchRow kBenchmarks[] = {
    {"forward", "How fast server and clients forward on ports that cost nothing.",
     make_bench_forward_command},
    {"ring", "What rte_ring costs: modes, sizes, calls, producers and consumers, placements.",
     make_bench_ring_command},
};

class BenchCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.require_subcommand(1);
    for (const BenchRow& row : kBenchmarks) {
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

std::unique_ptr<Command> make_bench_command() {
  return std::make_unique<BenchCommand>();
}

}  // namespace ringside::harness
