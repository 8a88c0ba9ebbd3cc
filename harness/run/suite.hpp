// SPDX-License-Identifier: BSD-3-Clause
// Plays many scenarios, one after the other or several at a time, each in a directory of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/report/run_report.hpp"
#include "harness/run/player.hpp"
#include "harness/run/run_directory.hpp"

namespace ringside::harness {

enum class KeepArtifacts { kFailed, kAll, kNone };

struct SuiteOptions {
  unsigned repeat = 1;
  unsigned jobs = 1;
  bool fail_fast = false;
  std::uint64_t seed = 0;
  KeepArtifacts keep = KeepArtifacts::kFailed;
  std::string out = "out";  ///< where artifacts are kept
  /// The command that repeats a scenario.
  std::function<std::string(const Scenario&)> repeat_command;
};

/// Told about the progress, never by two threads at a time.
struct SuiteObserver {
  std::function<void(const std::string& name, std::size_t number, std::size_t total)> started;
  std::function<void(const ScenarioResult& result, std::size_t number, std::size_t total)> finished;
};

struct SuiteEnd {
  RunReport report;               ///< scenarios in the order in which they were selected
  ExitCode code = ExitCode::kOk;  ///< of the whole run
};

/// Plays `scenarios` `repeat` times. The interrupt flag of `world` ends it early.
SuiteEnd play_suite(World& world, const PlayContext& context, const RunDirectory& directory,
                    const std::vector<Scenario>& scenarios, const SuiteOptions& options,
                    const SuiteObserver& observer);

/// The exit code of a run from those of its scenarios: interrupted, then a defect of ringside, then
/// a failed check, then bad configuration, then the environment, then a deadline.
ExitCode worst(ExitCode a, ExitCode b);

/// Copies what a run left in its directory, without DPDK's own files. Errors: kEnvironment.
Status keep_artifacts(const std::string& from, const std::string& to);

}  // namespace ringside::harness
