// SPDX-License-Identifier: BSD-3-Clause
// ringside perf
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>

#include "core/output_file.hpp"
#include "core/parse_duration.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/common_options.hpp"
#include "harness/perf/ab.hpp"
#include "harness/perf/builds.hpp"
#include "harness/run/cpu_plan.hpp"
#include "harness/run/run_directory.hpp"

namespace ringside::harness {
namespace {

/// "3%" or "0.03", between 0 and 1.
std::optional<double> parse_share(std::string text) {
  const bool percent = text.ends_with('%');
  if (percent) text.pop_back();
  double number = 0;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || last != text.data() + text.size()) return std::nullopt;
  const double share = percent ? number / 100 : number;
  return share > 0 && share < 1 ? std::optional(share) : std::nullopt;
}

std::string share_check(const std::string& text) {
  return parse_share(text) ? "" : "\"" + text + "\" is no share such as 3% or 0.03";
}

std::string duration_check(const std::string& text) {
  const auto duration = parse_duration(text);
  return duration && duration->count() > 0 ? "" : "\"" + text + "\" is no time such as 20ms";
}

void say(const std::string& what) {
  fmt::print(stderr, "perf: {}\n", what);
}

/// Options of what is measured and how.
struct MeasureOptions {
  std::vector<std::string> only;
  std::string frames;
  std::string sample = "20ms";
  std::size_t pairs = 40;
  std::optional<unsigned> cpu;

  void declare(CLI::App& app) {
    app.add_option("--only", only, "benchmarks with this in PROGRAM/BENCHMARK; repeatable")
        ->take_all();
    app.add_option("--frames", frames, "a capture of yours in place of made-up frames")
        ->check(CLI::ExistingFile);
    app.add_option("--sample", sample, "time that the work of a pair takes each build (20ms)")
        ->check(duration_check);
    app.add_option("--pairs", pairs, "in a batch (40)")->check(CLI::Range(1, 100000));
    app.add_option("--cpu", cpu, "that the benchmarks run on (the last one)");
  }

  perf::Selection selection() const {
    perf::Selection selection;
    selection.only = only;
    if (!frames.empty()) selection.arguments.push_back(std::filesystem::absolute(frames));
    selection.sample_ns = static_cast<double>(parse_duration(sample)->count());
    return selection;
  }

  /// Errors: kUsage, no such CPU.
  Result<unsigned> chosen_cpu() const {
    const auto cpus = allowed_cpus();
    if (!cpu) return cpus.back();
    if (std::find(cpus.begin(), cpus.end(), *cpu) != cpus.end()) return *cpu;
    return Error{fmt::format("--cpu {}: ringside may not run there", *cpu)};
  }
};

/// ringside perf ab
class AbCommand {
 public:
  void declare(CLI::App& app) {
    app.add_option("--base", base_ref_, "revision that the other is compared with");
    app.add_option("--head", head_ref_, "revision that may be slower (HEAD)");
    app.add_option("--base-build", base_build_, "a build directory in place of --base");
    app.add_option("--head-build", head_build_, "a build directory in place of --head");
    measure_.declare(app);
    app.add_option("--threshold", threshold_, "changes below it matter to nobody (1%)")
        ->check(share_check);
    app.add_option("--alpha", alpha_, "how often a bound may be wrong (0.001)")->check(share_check);
    app.add_option("--seed", seed_, "of the lots that are drawn");
    app.add_option("--jobs", jobs_, "that build at a time");
    app.add_option("--markdown", markdown_, "a table for a pull request: a file, - for stdout");
    app.add_option("--json", json_, "all times: a file, - for stdout");
  }

  Result<ExitCode> run() {
    const Status checked = check();
    if (!checked) return checked.error();
    const auto cpu = measure_.chosen_cpu();
    if (!cpu) return cpu.error();
    auto scratch = RunDirectory::create();
    if (!scratch) return scratch.error();
    World world = real_world();
    perf::AbReport report;
    report.version = RINGSIDE_VERSION;
    report.machine = perf::this_machine(RINGSIDE_DPDK_VERSION);
    report.settings = settings();
    const Status built = find_builds(world, scratch->path(), report);
    if (!built) return built.error();
    const Status measured = measure(world, {*cpu, scratch->path()}, report);
    if (!measured) return measured.error();
    return write(report);
  }

 private:
  Status check() const {
    if (base_ref_.empty() == base_build_.empty()) {
      return Error{"say what to compare with: --base REF or --base-build DIR"};
    }
    if (!head_ref_.empty() && !head_build_.empty()) {
      return Error{"--head and --head-build exclude each other"};
    }
    for (const auto& [option, file] : {std::pair{"--markdown", &markdown_}, {"--json", &json_}}) {
      if (file->empty() || *file == "-") continue;
      const Status writable = check_output_file(option, *file);
      if (!writable) return writable;
    }
    return Done{};
  }

  perf::AbSettings settings() const {
    perf::AbSettings settings;
    settings.selection = measure_.selection();
    settings.plan.pairs = measure_.pairs;
    settings.plan.repeats = measure_.pairs * settings.plan.pieces;  // half of all in the end
    settings.rule = {*parse_share(threshold_), *parse_share(alpha_)};
    settings.seed = seed_ ? *seed_ : std::random_device()();
    return settings;
  }

  Result<perf::Build> find_build(World& world, const std::string& scratch, const std::string& name,
                                 const std::string& ref, const std::string& directory) const {
    if (!directory.empty()) return perf::existing_build(directory);
    return perf::build_ref(world, scratch, name, ref, jobs_, say);
  }

  /// A word that is no revision is told before anything is built.
  Status find_builds(World& world, const std::string& scratch, perf::AbReport& report) const {
    const std::string head_ref = head_ref_.empty() ? "HEAD" : head_ref_;
    if (head_build_.empty()) {
      const auto commit = perf::find_commit(world, scratch, head_ref);
      if (!commit) return commit.error();
    }
    auto base = find_build(world, scratch, "base", base_ref_, base_build_);
    if (!base && base.error().code != ExitCode::kEnvironment) return base.error();
    auto head = find_build(world, scratch, "head", head_ref, head_build_);
    if (!base && !head) {
      return Error{base.error().message + "; " + head.error().message, head.error().code};
    }
    if (!base) return base.error();
    if (!head) return head.error();
    report.base = *std::move(base);
    report.head = *std::move(head);
    return Done{};
  }

  static Status measure(World& world, const perf::BenchPlace& place, perf::AbReport& report) {
    perf::leave_cpu(place.cpu);
    const TimePoint begin = world.clock.now();
    auto rows = perf::compare_builds(world, place, report.base, report.head, report.settings, say);
    if (!rows) return rows.error();
    report.rows = *std::move(rows);
    report.duration_s = std::chrono::duration<double>(world.clock.now() - begin).count();
    return Done{};
  }

  Result<ExitCode> write(const perf::AbReport& report) const {
    if (markdown_ != "-" && json_ != "-") fmt::print("{}", perf::to_text(report));
    if (!markdown_.empty()) {
      const Status written = write_output(markdown_, perf::to_markdown(report));
      if (!written) return written.error();
    }
    if (!json_.empty()) {
      const Status written = write_output(json_, perf::to_json(report));
      if (!written) return written.error();
    }
    return perf::exit_code(report);
  }

  std::string base_ref_, head_ref_, base_build_, head_build_;
  MeasureOptions measure_;
  std::string threshold_ = "1%", alpha_ = "0.001";
  std::optional<std::uint32_t> seed_;
  unsigned jobs_ = 0;
  std::string markdown_, json_;
};

class PerfCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.require_subcommand(1);
    ab_app_ = app.add_subcommand("ab", "Run two builds in turns and say which is slower.");
    ab_.declare(*ab_app_);
  }

  Result<ExitCode> run(const std::vector<std::string>&) override { return ab_.run(); }

 private:
  CLI::App* ab_app_ = nullptr;
  AbCommand ab_;
};

}  // namespace

std::unique_ptr<Command> make_perf_command() {
  return std::make_unique<PerfCommand>();
}

}  // namespace ringside::harness
