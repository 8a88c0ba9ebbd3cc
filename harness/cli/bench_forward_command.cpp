// SPDX-License-Identifier: BSD-3-Clause
// ringside bench forward
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "core/ids.hpp"
#include "core/policy.hpp"
#include "harness/bench/forward.hpp"
#include "harness/bench/forward_report.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/common_options.hpp"

namespace ringside::harness {
namespace {

/// They are no product and are not installed.
Status check_classic(const ForwardPlan& plan) {
  const bool wanted = std::ranges::any_of(plan.cases, [](const ForwardCase& what) {
    return what.method == ForwardMethod::kFloor || what.method == ForwardMethod::kClassic;
  });
  const std::string server = plan.classic_directory + "/classic_server";
  if (!wanted || std::filesystem::exists(server)) return Done{};
  return environment_error(fmt::format(
      "{} is missing; run ringside from a build directory, or leave out floor and classic with "
      "--methods return,direct",
      server));
}

class BenchForwardCommand final : public Command {
 public:
  void declare(CLI::App& app) override;
  Result<ExitCode> run(const std::vector<std::string>&) override;

 private:
  Result<std::vector<ForwardCase>> cases() const;
  Result<ForwardPlan> plan() const;
  std::string command() const;

  std::vector<std::string> methods_{"floor", "classic", "return", "direct"};
  std::vector<unsigned> clients_{1, 2, 4, 8, 16};
  std::vector<std::string> policies_{"round-robin"};
  std::vector<unsigned> ring_sizes_;
  std::vector<unsigned> bursts_;
  unsigned rounds_ = 5;
  double seconds_ = 0.7;
  bool quick_ = false;
  ProgramChoice programs_;
  std::string memory_ = "auto";
  std::string json_;
};

void BenchForwardCommand::declare(CLI::App& app) {
  app.add_option("--methods", methods_, "floor, classic, return, direct (all)")->delimiter(',');
  app.add_option("--clients", clients_, "numbers of clients (1,2,4,8,16)")
      ->delimiter(',')
      ->check(CLI::Range(1u, kMaxClients));
  app.add_option("--policies", policies_, "of return and direct (round-robin)")->delimiter(',');
  app.add_option("--ring-sizes", ring_sizes_, "of return and direct (the server's default)")
      ->delimiter(',');
  app.add_option("--bursts", bursts_, "of return and direct (the programs' default)")
      ->delimiter(',');
  app.add_option("--rounds", rounds_, "of all cases (5)")->check(CLI::Range(1u, 1000u));
  app.add_option("--seconds", seconds_, "that each case is measured for in a round (0.7)")
      ->check(positive_number);
  app.add_flag("--quick", quick_, "1 and 2 clients, one short round: whether it works");
  app.add_option("--memory", memory_, "auto, hugepages or no-huge (auto)");
  app.add_option("--bin-dir", programs_.bin_dir, "directory of mp_server and mp_client");
  app.add_option("--json", json_, "write all samples to a file; - is standard output");
}

/// The floor once, the classic method for each number of clients, and every combination of ours.
Result<std::vector<ForwardCase>> BenchForwardCommand::cases() const {
  std::vector<ForwardCase> cases;
  const auto or_default = [](const std::vector<unsigned>& values) {
    std::vector<std::optional<unsigned>> some(values.begin(), values.end());
    return some.empty() ? std::vector<std::optional<unsigned>>{std::nullopt} : some;
  };
  const std::vector<unsigned> clients = quick_ ? std::vector<unsigned>{1, 2} : clients_;
  for (const std::string& word : methods_) {
    const auto method = parse_forward_method(word);
    if (!method) return method.error();
    if (*method == ForwardMethod::kFloor) {
      cases.push_back({*method, 1, "", {}, {}});
      continue;
    }
    for (const unsigned count : clients) {
      if (*method == ForwardMethod::kClassic) {
        cases.push_back({*method, count, "round-robin", {}, {}});
        continue;
      }
      for (const std::string& policy : policies_) {
        for (const auto& ring_size : or_default(ring_sizes_)) {
          for (const auto& burst : or_default(bursts_)) {
            cases.push_back({*method, count, policy, ring_size, burst});
          }
        }
      }
    }
  }
  return cases;
}

Result<ForwardPlan> BenchForwardCommand::plan() const {
  for (const std::string& policy : policies_) {
    if (const auto known = parse_policy(policy); !known) return known.error();
  }
  ForwardPlan plan;
  auto wanted = cases();
  if (!wanted) return wanted.error();
  plan.cases = *std::move(wanted);
  plan.rounds = quick_ ? 1 : rounds_;
  plan.window =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(quick_ ? 0.2 : seconds_));
  const std::string own = executable_directory();
  auto programs = find_programs(programs_, own);
  if (!programs) return programs.error();
  plan.programs = *std::move(programs);
  plan.classic_directory = std::filesystem::path(own).parent_path() / "bench";
  if (Status there = check_classic(plan); !there) return there.error();
  const auto memory = parse_memory_mode(memory_);
  if (!memory) return memory.error();
  plan.memory = *memory;
  return plan;
}

std::string BenchForwardCommand::command() const {
  const auto list = [](const char* option, const auto& values) {
    return values.empty() ? "" : fmt::format(" {} {}", option, fmt::join(values, ","));
  };
  return "ringside bench forward" + list("--methods", methods_) + list("--clients", clients_) +
         list("--policies", policies_) + list("--ring-sizes", ring_sizes_) +
         list("--bursts", bursts_) +
         fmt::format(" --rounds {} --seconds {} --memory {}{}", rounds_, seconds_, memory_,
                     quick_ ? " --quick" : "");
}

Result<ExitCode> BenchForwardCommand::run(const std::vector<std::string>&) {
  const auto wanted = plan();
  if (!wanted) return wanted.error();
  World world = real_world();
  const auto result = bench_forward(
      world, *wanted, [](const std::string& what) { fmt::print(stderr, "{}\n", what); });
  if (!result) return result.error();
  if (json_ != "-") fmt::print("{}", forward_table(*result));
  if (!json_.empty()) {
    if (Status written = write_output(json_, forward_json(*result, command())); !written) {
      return written.error();
    }
  }
  return ExitCode::kOk;
}

}  // namespace

std::unique_ptr<Command> make_bench_forward_command() {
  return std::make_unique<BenchForwardCommand>();
}

}  // namespace ringside::harness
