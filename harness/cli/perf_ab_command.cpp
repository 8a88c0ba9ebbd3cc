// SPDX-License-Identifier: BSD-3-Clause
// ringside perf ab
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <random>

#include "core/output_file.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/common_options.hpp"
#include "harness/cli/perf_options.hpp"
#include "harness/perf/ab.hpp"
#include "harness/perf/builds.hpp"
#include "harness/run/run_directory.hpp"

namespace ringside::harness {
namespace {

class AbCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--base", base_ref_, "revision that the other is compared with");
    app.add_option("--head", head_ref_,
                   "revision that may be slower (HEAD, without what is not committed)");
    app.add_option("--base-build", base_build_, "a build directory in place of --base");
    app.add_option("--head-build", head_build_,
                   "a build directory in place of --head, as of changes that are not committed");
    measure_.declare(app);
    app.add_option("--threshold", threshold_,
                   "changes of time below it matter to nobody (1%); of instructions, 0.25 %")
        ->check(share_check);
    app.add_option("--alpha", alpha_, "how often a bound may be wrong (0.001)")->check(share_check);
    app.add_option("--seed", seed_, "of the lots that are drawn");
    app.add_option("--jobs", jobs_, "that build at a time");
    app.add_option("--markdown", markdown_, "a table for a pull request: a file, - for stdout");
    app.add_option("--json", json_, "all times: a file, - for stdout");
  }

  Result<ExitCode> run(const std::vector<std::string>&) override {
    const Status checked = check();
    if (!checked) return checked.error();
    auto place = measure_.place();
    if (!place) return place.error();
    auto scratch = RunDirectory::create();
    if (!scratch) return scratch.error();
    World world = real_world();
    perf::AbReport report;
    report.version = RINGSIDE_VERSION;
    report.machine = perf::this_machine(RINGSIDE_DPDK_VERSION);
    report.settings = settings();
    const Status built = find_builds(world, scratch->path(), report);
    if (!built) return built.error();
    place->directory = scratch->path();
    report.cpu = place->cpu;
    report.far_cpu = place->far_cpu;
    const auto not_counted = measure_.why_not_counted(world, scratch->path());
    if (!not_counted) return not_counted.error();
    report.not_counted = *not_counted;
    report.settings.instructions = !measure_.no_instructions && not_counted->empty();
    const Status measured = measure(world, *place, report);
    if (!measured) return measured.error();
    return write(report);
  }

 private:
  Status check() const {
    if (base_ref_.empty() && base_build_.empty()) {
      return Error{"say what to compare with: --base REF or --base-build DIR"};
    }
    if (!base_ref_.empty() && !base_build_.empty()) {
      return Error{"--base and --base-build exclude each other"};
    }
    if (!head_ref_.empty() && !head_build_.empty()) {
      return Error{"--head and --head-build exclude each other"};
    }
    if (markdown_ == "-" && json_ == "-") {
      return Error{"--markdown - and --json - would both write to standard output; name a file"};
    }
    if (!json_.empty() && markdown_ == json_) {
      return Error{fmt::format("--markdown and --json would both write to {}", json_)};
    }
    const std::size_t fewest = perf::fewest_for_bound(*parse_share(alpha_));
    if (measure_.pairs < fewest) {
      return Error{
          fmt::format("with --pairs {} nothing is certain enough for --alpha {}; it takes {}",
                      measure_.pairs, alpha_, fewest)};
    }
    for (const auto& [option, file] : {std::pair{"--markdown", &markdown_}, {"--json", &json_}}) {
      if (file->empty() || *file == "-") continue;
      const Status writable = check_output_file(option, *file);
      if (!writable) return writable;
    }
    return measure_.check_frames();
  }

  perf::AbSettings settings() const {
    perf::AbSettings settings;
    settings.selection = measure_.selection();
    settings.plan = measure_.plan();
    settings.rule = {*parse_share(threshold_), *parse_share(alpha_)};
    settings.seed = seed_ ? *seed_ : std::random_device()();
    return settings;
  }

  Result<perf::Build> find_build(World& world, const std::string& scratch, const std::string& name,
                                 const std::string& ref, const std::string& directory) const {
    if (!directory.empty()) return perf::existing_build(directory);
    return perf::build_ref(world, scratch, name, ref, jobs_, say_progress);
  }

  /// A word that is no revision, or no directory of a build, is told before anything is built.
  Status find_builds(World& world, const std::string& scratch, perf::AbReport& report) const {
    const std::string head_ref = head_ref_.empty() ? "HEAD" : head_ref_;
    if (!head_build_.empty()) {
      const auto there = perf::existing_build(head_build_);
      if (!there) return there.error();
    } else {
      const auto commit = perf::find_commit(world, scratch, head_ref);
      if (!commit) return commit.error();
      const auto uncommitted = perf::has_uncommitted_changes(world, scratch);
      if (!uncommitted) return uncommitted.error();
      report.uncommitted = *uncommitted;
      if (report.uncommitted) say_progress(fmt::format("attention: {}", perf::kUncommitted));
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
    return copy_builds(world, scratch, report);
  }

  /// Also when the two are one build: equal files then, as any two builds have them.
  static Status copy_builds(World& world, const std::string& scratch, perf::AbReport& report) {
    for (const auto& [build, name] : {std::pair{&report.base, "base"}, {&report.head, "head"}}) {
      auto copied = perf::copy_programs(*build, fmt::format("{}/measured/{}", scratch, name));
      if (!copied) return copied.error();
      *build = *std::move(copied);
      if (build->git.empty()) build->git = perf::built_from(world, scratch, *build);
    }
    return Done{};
  }

  static Status measure(World& world, const perf::BenchPlace& place, perf::AbReport& report) {
    perf::leave_cpu(place.cpu);
    const TimePoint begin = world.clock.now();
    auto rows =
        perf::compare_builds(world, place, report.base, report.head, report.settings, say_progress);
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
    const ExitCode code = perf::exit_code(report);
    if (code != ExitCode::kNothingToDo) return code;
    return Error{"no benchmark was compared; each row of the table says why not", code};
  }

  std::string base_ref_, head_ref_, base_build_, head_build_;
  PerfMeasureOptions measure_;
  std::string threshold_ = "1%", alpha_ = "0.001";
  std::optional<std::uint32_t> seed_;
  unsigned jobs_ = 0;
  std::string markdown_, json_;
};

}  // namespace

std::unique_ptr<Command> make_perf_ab_command() {
  return std::make_unique<AbCommand>();
}

}  // namespace ringside::harness
