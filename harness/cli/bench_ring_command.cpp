// SPDX-License-Identifier: BSD-3-Clause
// ringside bench ring
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "core/output_file.hpp"
#include "harness/bench/ring_results.hpp"
#include "harness/bench/ring_run.hpp"
#include "harness/bench/ring_tables.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/common_options.hpp"

namespace ringside::harness {
namespace {

class BenchRingCommand final : public Command {
 public:
  void declare(CLI::App& app) override;
  Result<ExitCode> run(const std::vector<std::string>&) override;

 private:
  Result<RingBenchPlan> plan() const;

  bool quick_ = false;
  bool all_ = false;
  std::string filter_;
  unsigned repetitions_ = 0;
  std::string bin_dir_;
  std::string memory_ = "no-huge";
  std::string json_;
};

void BenchRingCommand::declare(CLI::App& app) {
  auto* quick = app.add_flag("--quick", quick_, "few cases, little work: whether it works");
  app.add_flag("--all", all_, "every possible case; some 8 minutes for each repetition on two CPUs")
      ->excludes(quick);
  app.add_option("--filter", filter_,
                 "cases whose name a regular expression finds, of all there are (with --quick: of "
                 "those); a name is ring/sp-sc/size:1024/bulk/copy/32/1:1/threads");
  app.add_option("--repetitions", repetitions_, "samples of each case (5; quick: 2)")
      ->check(CLI::Range(1u, 1000u));
  app.add_option("--memory", memory_, "no-huge, hugepages or auto (no-huge)");
  app.add_option("--bin-dir", bin_dir_, "directory of ringside_ring_bench");
  app.add_option("--json", json_, "write Google Benchmark's JSON to a file; - is standard output");
}

Result<RingBenchPlan> BenchRingCommand::plan() const {
  RingBenchPlan plan;
  const std::string directory = bin_dir_.empty() ? executable_directory() : bin_dir_;
  plan.program = std::filesystem::absolute(directory + "/ringside_ring_bench");
  std::error_code unreadable;
  if (!std::filesystem::exists(plan.program, unreadable)) {
    return environment_error(fmt::format(
        "{} is missing; install libbenchmark-dev and build, or name its directory by --bin-dir",
        plan.program));
  }
  plan.set = quick_ ? "quick" : all_ || !filter_.empty() ? "all" : "lesson";
  plan.filter = filter_;
  plan.repetitions = repetitions_;
  const auto memory = parse_memory_mode(memory_);
  if (!memory) return memory.error();
  plan.memory = memory.value();
  if (!json_.empty() && json_ != "-") {
    if (Status file = check_output_file("--json", json_); !file) return file.error();
  }
  return plan;
}

Result<ExitCode> BenchRingCommand::run(const std::vector<std::string>&) {
  const auto wanted = plan();
  if (!wanted) return wanted.error();
  World world = real_world();
  const auto end = run_ring_bench(
      world, wanted.value(), [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  if (!end) return end.error();
  if (!json_.empty()) {
    if (Status written = write_output(json_, end.value().json); !written) return written.error();
  }
  const auto results = read_ring_results(end.value().json);
  if (!results) return results.error();
  if (json_ != "-") fmt::print("{}", ring_tables(results.value()));
  return end.value().code;
}

}  // namespace

std::unique_ptr<Command> make_bench_ring_command() {
  return std::make_unique<BenchRingCommand>();
}

}  // namespace ringside::harness
