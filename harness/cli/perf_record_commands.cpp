// SPDX-License-Identifier: BSD-3-Clause
// ringside perf record, compare and history: results that are kept.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>

#include "core/output_file.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/common_options.hpp"
#include "harness/cli/perf_options.hpp"
#include "harness/perf/builds.hpp"
#include "harness/perf/change_points.hpp"
#include "harness/perf/history.hpp"
#include "harness/perf/record.hpp"
#include "harness/run/run_directory.hpp"

namespace ringside::harness {
namespace {

constexpr const char* kResultsDirectory = "results/perf";
/// Of logarithms of times: changes below 0.1 % mean nothing.
constexpr double kHistoryResolution = 0.001;

class PerfRecordCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--build", build_, "build directory (that of this ringside)");
    app.add_option("--results", results_, "directory of results (results/perf)");
    measure_.declare(app);
  }

  Result<ExitCode> run(const std::vector<std::string>&) override {
    const Status checked = check();
    if (!checked) return checked.error();
    auto place = measure_.place();
    if (!place) return place.error();
    auto build = perf::existing_build(build_.empty() ? executable_directory() : build_);
    if (!build) return build.error();
    auto scratch = RunDirectory::create();
    if (!scratch) return scratch.error();
    World world = real_world();
    perf::PerfResult result;
    result.version = RINGSIDE_VERSION;
    result.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    build = perf::copy_programs(*build, scratch->path() + "/measured");
    if (!build) return build.error();
    result.git = perf::built_from(world, scratch->path(), *build);
    result.suite = measure_.suite;
    result.frames = measure_.frames_text();
    result.machine = perf::this_machine(RINGSIDE_DPDK_VERSION);
    place->directory = scratch->path();
    const auto not_counted = measure_.why_not_counted(world, scratch->path());
    if (!not_counted) return not_counted.error();
    if (!not_counted->empty()) say_progress("instructions: skipped, " + *not_counted);
    perf::leave_cpu(place->cpu);
    const perf::RecordPlan plan{measure_.selection(), measure_.plan(),
                                !measure_.no_instructions && not_counted->empty()};
    auto times = perf::record_build(world, *place, *build, plan, say_progress);
    if (!times) return times.error();
    result.benchmarks = *std::move(times);
    return keep(result);
  }

 private:
  Status check() const {
    Status writable = check_output_directory("--results", results_);
    if (writable && std::filesystem::exists(perf::history_file(results_))) {
      writable = check_output_file("--results", perf::history_file(results_));
    }
    if (!writable) return writable;
    const std::size_t fewest = perf::fewest_for_bound(perf::Rule{}.alpha);
    if (measure_.pairs < fewest) {
      say_progress(
          fmt::format("attention: of --pairs {} `perf compare` can say nothing without a larger "
                      "--alpha; it takes {}",
                      measure_.pairs, fewest));
    }
    return measure_.check_frames();
  }

  Result<ExitCode> keep(const perf::PerfResult& result) const {
    std::error_code failed;
    std::filesystem::create_directories(results_, failed);
    std::string git = result.git;
    std::ranges::replace(git, '/', '-');  // of a tag such as release/1
    const std::string stem = fmt::format("{}/{}-{}", results_, result.started, git);
    std::string file = stem + ".json";
    for (int again = 2; std::filesystem::exists(file, failed); ++again) {
      file = fmt::format("{}-{}.json", stem, again);
    }
    const Status written = write_output(file, perf::to_json(result, false));
    if (!written) return written.error();
    const Status appended = perf::append_to_history(results_, result);
    if (!appended) return appended.error();
    fmt::print("{}\n", file);
    return ExitCode::kOk;
  }

  std::string build_, results_ = kResultsDirectory;
  PerfMeasureOptions measure_;
};

class PerfCompareCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("base", base_, "result that the other is compared with")->required();
    app.add_option("head", head_, "result that may be slower")->required();
    app.add_option("--threshold", threshold_,
                   "changes of time below it matter to nobody (5%); of instructions, 0.25 %")
        ->check(share_check);
    app.add_option("--alpha", alpha_, "how often a bound may be wrong (0.001)")->check(share_check);
    app.add_flag("--force", force_, "also results of other machines, frames and schemas");
  }

  Result<ExitCode> run(const std::vector<std::string>&) override {
    const auto base = perf::read_result(base_, force_);
    if (!base) return base.error();
    const auto head = perf::read_result(head_, force_);
    if (!head) return head.error();
    for (const auto& [file, result] : {std::pair{&base_, &*base}, {&head_, &*head}}) {
      if (result->schema != perf::kResultSchema) {
        fmt::print("attention: {} has schema {}\n", *file, result->schema);
      }
    }
    for (const std::string& differ :
         {perf::machines_differ(base->machine, head->machine), perf::frames_differ(*base, *head)}) {
      if (!differ.empty() && !force_) return Error{differ + "; --force compares them all the same"};
      if (!differ.empty()) fmt::print("attention: {}\n", differ);
    }
    const perf::Rule rule{*parse_share(threshold_), *parse_share(alpha_)};
    return print(perf::compare_results(*base, *head, rule));
  }

 private:
  static Result<ExitCode> print(const std::vector<perf::ApartRow>& rows) {
    std::vector<perf::Regression> regressions;
    for (const perf::ApartRow& row : rows) {
      std::string times = "-", change;
      if (row.base && row.head) {
        const double ratio = row.head->median / row.base->median;
        change = fmt::format("{:+.2f} %", perf::percent(std::log(ratio)));
        times = fmt::format("{:.3f} -> {:.3f} ns  {}", row.base->median, row.head->median, change);
      }
      fmt::print("{:<45} {:>32}  {}\n", row.name, times, verdict_of(row));
      if (row.instructions) print(*row.instructions);
      if (row.is_regression()) {
        regressions.push_back({row.name, row.verdict, change, row.instructions});
      }
    }
    fmt::print("not measured in turns: a machine's mood looks like a change; `perf ab` decides\n");
    if (!regressions.empty()) fmt::print("{}\n", perf::regressions_sentence(regressions));
    const auto compared = [](const perf::ApartRow& row) { return row.skipped.empty(); };
    if (std::ranges::any_of(rows, compared)) {
      return regressions.empty() ? ExitCode::kOk : ExitCode::kRegression;
    }
    return Error{"no benchmark was compared; what is said of each is why not",
                 ExitCode::kNothingToDo};
  }

  static std::string verdict_of(const perf::ApartRow& row) {
    if (!row.skipped.empty()) return row.skipped;
    const std::string verdict(perf::to_text(row.verdict));
    return row.too_few.empty() ? verdict : fmt::format("{}: {}", verdict, row.too_few);
  }

  static void print(const perf::InstructionPair& instructions) {
    const auto [base, head] = instructions;
    const std::string change =
        fmt::format("{:.2f} -> {:.2f}     {}", base, head, perf::instruction_change(instructions));
    fmt::print("{:<45} {:>32}  {}\n", "  instructions", change,
               perf::instructions_text(instructions));
  }

  std::string base_, head_, threshold_ = "5%", alpha_ = "0.001";
  bool force_ = false;
};

class PerfHistoryCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("benchmark", part_, "only those with this in their name");
    app.add_option("--results", results_, "directory of results (results/perf)");
    app.add_flag("--force", force_, "also results of other machines and schemas");
  }

  Result<ExitCode> run(const std::vector<std::string>&) override {
    const auto history =
        perf::read_history(results_, perf::this_machine(RINGSIDE_DPDK_VERSION), force_);
    if (!history) return history.error();
    for (const std::string& what : history->forced) {
      fmt::print("attention: among these are {}\n", what);
    }
    bool any = false;
    for (const perf::HistorySeries& series : history->series) {
      if (series.benchmark.find(part_) == std::string::npos) continue;
      print(series);
      any = true;
    }
    for (const std::string& why : history->left_out) fmt::print("left out: {}\n", why);
    if (history->other_machines > 0) {
      fmt::print("{} runs on other machines are left out (--force)\n", history->other_machines);
    }
    if (any) return ExitCode::kOk;
    return Error{part_.empty()
                     ? fmt::format("there are no results of this machine in {}", results_)
                     : fmt::format("no benchmark in {} has \"{}\" in its name", results_, part_),
                 ExitCode::kNothingToDo};
  }

 private:
  /// A line for each stretch of runs that differ by noise only.
  static void print(const perf::HistorySeries& series) {
    std::vector<double> logs;
    for (const auto& point : series.points) logs.push_back(std::log(point.nanoseconds));
    fmt::print("{}\n", series.benchmark);
    double before = 0;
    for (const perf::Group& group : perf::group_series(logs, kHistoryResolution)) {
      const auto& first = series.points[group.begin];
      fmt::print(
          "  from {} {:<20} {:>4} runs  {:>9.3f} ns{}\n", first.started, first.git, group.size,
          std::exp(group.mean),
          group.begin == 0 ? "" : fmt::format("  {:+.2f} %", perf::percent(group.mean - before)));
      before = group.mean;
    }
  }

  std::string part_, results_ = kResultsDirectory;
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_perf_record_command() {
  return std::make_unique<PerfRecordCommand>();
}
std::unique_ptr<Command> make_perf_compare_command() {
  return std::make_unique<PerfCompareCommand>();
}
std::unique_ptr<Command> make_perf_history_command() {
  return std::make_unique<PerfHistoryCommand>();
}

}  // namespace ringside::harness
