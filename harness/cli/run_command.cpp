// SPDX-License-Identifier: BSD-3-Clause
// ringside run
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <random>

#include "core/output_file.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/common_options.hpp"
#include "harness/cli/scenario_places.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/run/selection.hpp"
#include "harness/run/suite.hpp"

namespace ringside::harness {
namespace {

class RunCommand final : public Command {
 public:
  void declare(CLI::App& app) override;
  Result<ExitCode> run(const std::vector<std::string>& rest) override;

 private:
  Result<std::vector<Scenario>> scenarios();
  Status check_places() const;
  Status write_reports(const RunReport& report) const;
  std::string repeat_command(const Scenario& scenario) const;

  CommonOptions common_;
  ScenarioPlaces places_;
  Selection selection_;
  std::vector<std::string> files_;  ///< words as they were given; files are among them
  SuiteOptions suite_;
  std::string shard_ = "1/1";
  std::string keep_ = "failed";
  std::string junit_;
  std::string dialect_ = "default";
  std::string progress_ = "auto";
  std::optional<std::uint64_t> seed_;
  const CLI::Option* out_ = nullptr;
};

void RunCommand::declare(CLI::App& app) {
  app.add_option("scenario", selection_.patterns, "names, beginnings of names, globs or files");
  app.add_option("--filter", selection_.filter, "part of the name, or a glob");
  app.add_option("--tag", selection_.tags, "only with one of these tags; '!tag' without it")
      ->take_all();
  app.add_option("--shard", shard_, "m/n: the m-th of n parts");
  app.add_option(
      "--seed", seed_,
      "shuffle the scenarios by this number; random moments of their steps depend on it, too");
  app.add_option("--repeat", suite_.repeat, "play all of them so many times")
      ->check(CLI::Range(1u, 1'000'000u));
  app.add_flag("--fail-fast", suite_.fail_fast, "end with the first that does not pass");
  app.add_option("--jobs", suite_.jobs, "scenarios at the same time (1)")
      ->check(CLI::Range(1u, 64u));
  app.add_option("--keep-artifacts", keep_, "logs and captures of: failed, all or none (failed)")
      ->check(CLI::IsMember({"failed", "all", "none"}));
  out_ = app.add_option("--out", suite_.out, "directory for artifacts (out)");
  app.add_option("--junit", junit_, "write a JUnit file");
  app.add_option("--junit-dialect", dialect_, "default (with file and line) or jenkins")
      ->check(CLI::IsMember({"default", "jenkins"}));
  app.add_option("--progress", progress_, "auto, live, lines or none (auto)")
      ->check(CLI::IsMember({"auto", "live", "lines", "none"}));
  app.add_option("--scenario-dir", places_.scenario_dir, "where scenarios are");
  app.add_option("--capture-dir", places_.capture_dir, "where captures are");
  declare_common_options(app, common_);
}

Result<std::vector<Scenario>> RunCommand::scenarios() {
  const auto shard = parse_shard(shard_);
  if (!shard) return shard.error();
  selection_.shard = *shard;
  files_ = selection_.patterns;
  auto loaded = load(places_, selection_.patterns);
  if (!loaded) return loaded.error();
  selection_.patterns = loaded->patterns;
  auto selected = select(loaded->scenarios, selection_);
  if (selected && seed_) shuffle(*selected, *seed_);
  return selected;
}

std::string RunCommand::repeat_command(const Scenario& scenario) const {
  std::vector<std::string> words{"ringside", "run"};
  const auto common = words_of(common_);
  words.insert(words.end(), common.begin(), common.end());
  if (!places_.scenario_dir.empty()) {
    words.insert(words.end(), {"--scenario-dir", places_.scenario_dir});
  }
  if (!places_.capture_dir.empty()) {
    words.insert(words.end(), {"--capture-dir", places_.capture_dir});
  }
  if (seed_) words.insert(words.end(), {"--seed", std::to_string(*seed_)});
  // A file that is not in the directory of scenarios is named itself; of its instances, the one.
  const bool is_file = std::find(files_.begin(), files_.end(), scenario.file) != files_.end();
  if (is_file) words.insert(words.end(), {scenario.file, "--filter"});
  words.push_back(scenario.name);
  return join_words(words);
}

Status RunCommand::check_places() const {
  Status status = check_outputs(common_);
  if (status && !junit_.empty() && junit_ != "-") status = check_output_file("--junit", junit_);
  // Without --out it may never be needed.
  const bool needs_out = keep_ == "all" || (keep_ == "failed" && out_->count() != 0);
  if (status && needs_out) status = check_output_directory("--out", suite_.out);
  return status;
}

Status RunCommand::write_reports(const RunReport& report) const {
  if (!common_.json.empty()) {
    const Status written = write_output(common_.json, to_json(report));
    if (!written) return written;
  }
  if (junit_.empty()) return Done{};
  const auto dialect = dialect_ == "jenkins" ? JunitDialect::kJenkins : JunitDialect::kDefault;
  return write_output(junit_, to_junit(report, dialect));
}

Result<ExitCode> RunCommand::run(const std::vector<std::string>& rest) {
  if (!rest.empty()) return Error{"run takes nothing after \"--\""};
  const auto selected = scenarios();
  if (!selected) return selected.error();
  const auto context = make_context(common_);
  if (!context) return context.error();
  if (const Status wraps = check_wraps(*context, *selected); !wraps) return wraps.error();
  if (const Status places = check_places(); !places) return places.error();
  const auto directory = RunDirectory::create();
  if (!directory) return directory.error();

  suite_.seed = seed_.value_or(0);
  suite_.keep = keep_ == "all"    ? KeepArtifacts::kAll
                : keep_ == "none" ? KeepArtifacts::kNone
                                  : KeepArtifacts::kFailed;
  suite_.repeat_command = [this](const Scenario& scenario) { return repeat_command(scenario); };
  const bool colour = use_colour(common_.colour);
  Progress progress(progress_style(progress_), colour);
  SuiteObserver observer;
  observer.started = [&](const auto&... a) { progress.started(a...); };
  observer.finished = [&](const auto&... a) { progress.finished(a...); };
  World world = real_world();
  const SuiteEnd end = play_suite(world, *context, *directory, *selected, suite_, observer);
  progress.clear();

  const Tally counts = tally(end.report);
  fmt::print(stderr, "{} passed, {} failed, {} skipped, {} errors in {:.1f} s{}{}\n", counts.passed,
             counts.failed, counts.skipped, counts.errors, end.report.duration_s,
             seed_ ? fmt::format(", seed {}", *seed_) : "",
             end.report.interrupted ? ", interrupted" : "");
  const Status written = write_reports(end.report);
  if (!written) return written.error();
  return end.code;
}

}  // namespace

std::unique_ptr<Command> make_run_command() {
  return std::make_unique<RunCommand>();
}

}  // namespace ringside::harness
