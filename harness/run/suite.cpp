// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/suite.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace ringside::harness {
namespace fs = std::filesystem;
namespace {

// Names of network interfaces and DPDK prefixes are made of the number; two digits keep them short.
constexpr std::size_t kNumbers = 100;

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof(name) - 1);
  return name;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  char text[32] = "";
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&now, &utc));
  return text;
}

class Suite {
 public:
  Suite(World& world, const PlayContext& context, const RunDirectory& directory,
        const std::vector<Scenario>& scenarios, const SuiteOptions& options,
        const SuiteObserver& observer)
      : world_(world),
        context_(context),
        directory_(directory),
        scenarios_(scenarios),
        options_(options),
        observer_(observer),
        total_(scenarios.size() * options.repeat),
        results_(total_) {}

  SuiteEnd run();

 private:
  void worker();
  void play_one(std::size_t number);
  unsigned earlier(std::size_t number) const;
  bool is_repeated(const Scenario& scenario) const;
  void keep(Played& played, const std::string& directory);

  World& world_;
  const PlayContext& context_;
  const RunDirectory& directory_;
  const std::vector<Scenario>& scenarios_;
  const SuiteOptions& options_;
  const SuiteObserver& observer_;
  std::size_t total_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  ///< guards what follows, and the observer
  std::vector<std::optional<ScenarioResult>> results_;
  ExitCode code_ = ExitCode::kOk;
};

void Suite::keep(Played& played, const std::string& directory) {
  const bool wanted =
      options_.keep == KeepArtifacts::kAll ||
      (options_.keep == KeepArtifacts::kFailed &&
       (played.result.outcome == Outcome::kFail || played.result.outcome == Outcome::kError));
  if (!wanted || played.code == ExitCode::kInterrupted || !fs::exists(directory)) return;
  std::string to = options_.out + "/" + played.result.name;
  if (played.result.repetition != 0) to += fmt::format("-{}", played.result.repetition);
  const Status kept = keep_artifacts(directory, to);
  if (kept) {
    played.result.artifacts = to;
  } else if (played.result.message.empty()) {
    played.result.message = kept.error().message;
  }
}

/// How often the scenario of a play is played before it.
unsigned Suite::earlier(std::size_t number) const {
  const auto here = scenarios_.begin() + static_cast<std::ptrdiff_t>(number % scenarios_.size());
  const auto plays = [&](auto end) {
    return std::ranges::count(scenarios_.begin(), end, here->name, &Scenario::name);
  };
  const auto round = static_cast<std::ptrdiff_t>(number / scenarios_.size());
  return static_cast<unsigned>(round * plays(scenarios_.end()) + plays(here));
}

bool Suite::is_repeated(const Scenario& scenario) const {
  return options_.repeat > 1 || std::ranges::count(scenarios_, scenario.name, &Scenario::name) > 1;
}

void Suite::play_one(std::size_t number) {
  const Scenario& scenario = scenarios_[number % scenarios_.size()];
  if (observer_.started) {
    const std::lock_guard lock(mutex_);
    observer_.started(scenario.name, number + 1, total_);
  }
  const std::size_t slot = number % kNumbers;
  // Each repetition has other random moments, and all of them are the same with the same seed.
  const PlayPlace place{fmt::format("{}/{}", directory_.path(), number),
                        fmt::format("{}{}", directory_.prefix(), slot),
                        options_.seed + earlier(number)};
  std::error_code error;
  fs::create_directory(place.directory, error);
  Played played = play(world_, context_, place, scenario);
  played.result.seed = place.seed;
  if (is_repeated(scenario)) played.result.repetition = earlier(number) + 1;
  if (options_.repeat_command) played.result.repeat_command = options_.repeat_command(scenario);
  keep(played, place.directory);
  for (const auto& left : remove_tree(place.directory)) {
    played.result.outcome = Outcome::kError;
    played.result.message = "cannot clean up " + left;
    played.code = ExitCode::kInternal;
  }
  const std::lock_guard lock(mutex_);
  code_ = worst(code_, played.code);
  if (options_.fail_fast && played.code != ExitCode::kOk) stop_ = true;
  if (observer_.finished) observer_.finished(played.result, number + 1, total_);
  results_[number] = std::move(played.result);
}

void Suite::worker() {
  for (;;) {
    if (stop_ || world_.interrupted.load() != 0) return;
    const std::size_t number = next_.fetch_add(1);
    if (number >= total_) return;
    play_one(number);
  }
}

SuiteEnd Suite::run() {
  SuiteEnd end;
  end.report.version = RINGSIDE_VERSION;
  end.report.started = utc_now();
  end.report.hostname = host_name();
  end.report.seed = options_.seed;
  const TimePoint begin = world_.clock.now();
  if (options_.jobs <= 1) {
    worker();  // on this thread: a program under --wrap gets the terminal from it
  } else {
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < options_.jobs; ++i) workers.emplace_back([this] { worker(); });
    for (auto& thread : workers) thread.join();
  }
  end.report.duration_s = std::chrono::duration<double>(world_.clock.now() - begin).count();
  end.report.interrupted = world_.interrupted.load() != 0;
  for (auto& result : results_) {
    if (result) end.report.scenarios.push_back(std::move(*result));
  }
  end.code = end.report.interrupted ? ExitCode::kInterrupted : code_;
  return end;
}

}  // namespace

ExitCode worst(ExitCode a, ExitCode b) {
  constexpr std::array kOrder{
      ExitCode::kInterrupted, ExitCode::kInternal, ExitCode::kCheckFailed, ExitCode::kUsage,
      ExitCode::kEnvironment, ExitCode::kTimedOut, ExitCode::kNothingToDo, ExitCode::kOk};
  return std::find(kOrder.begin(), kOrder.end(), a) < std::find(kOrder.begin(), kOrder.end(), b)
             ? a
             : b;
}

Status keep_artifacts(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::remove_all(to, error);
  fs::create_directories(to, error);
  for (const auto& entry : fs::directory_iterator(from, error)) {
    // Subdirectories are DPDK's: sockets and its view of memory, of no use to anybody afterwards.
    if (error || !entry.is_regular_file()) continue;
    fs::copy_file(entry.path(), fs::path(to) / entry.path().filename(),
                  fs::copy_options::overwrite_existing, error);
  }
  if (error) {
    return environment_error(fmt::format("cannot keep artifacts in {}: {}", to, error.message()));
  }
  return Done{};
}

SuiteEnd play_suite(World& world, const PlayContext& context, const RunDirectory& directory,
                    const std::vector<Scenario>& scenarios, const SuiteOptions& options,
                    const SuiteObserver& observer) {
  return Suite(world, context, directory, scenarios, options, observer).run();
}

}  // namespace ringside::harness
