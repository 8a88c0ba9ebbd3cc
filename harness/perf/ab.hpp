// SPDX-License-Identifier: BSD-3-Clause
// All benchmarks of two builds against each other.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/perf/bench_program.hpp"
#include "harness/perf/machine.hpp"
#include "harness/perf/pairs.hpp"
#include "harness/perf/suite.hpp"

namespace ringside::harness::perf {

/// A build as it is measured.
struct Build {
  std::string bin_dir;
  std::string label;                  ///< for reports: "v1.2 (1a2b3c4d5e6f)", "build-old"
  std::vector<std::string> programs;  ///< of the suite: older ones lack some, or machines
  std::string git = {};  ///< commit that it was built from; empty: its programs may know it
  bool has(const std::string& program) const;
};

/// What to measure and for how long.
struct Selection {
  std::string suite{kWholeSuite};      ///< or SuiteProgram::suite
  std::vector<std::string> only;       ///< parts of "PROGRAM/BENCHMARK"; empty: all
  std::vector<std::string> arguments;  ///< of every program of the suite
  double sample_ns = 20e6;             ///< fixed work of a pair takes each build about so long
  bool has(const SuiteProgram& program) const;
  bool has(const std::string& program, const std::string& benchmark) const;
};

/// The command line of a program of the suite.
std::vector<std::string> argv_of(const Build& build, const SuiteProgram& program,
                                 const Selection& selection, const BenchPlace& place);

/// "" or why a benchmark cannot run at this place.
std::string why_not_here(const BenchmarkInfo& info, const BenchPlace& place);

struct AbSettings {
  Selection selection;
  PairPlan plan;
  Rule rule;
  std::uint64_t seed = 0;
  bool instructions = false;  ///< are counted, where a benchmark stays on one CPU
};

struct AbRow {
  std::string program, benchmark;
  std::uint64_t elements = 1;  ///< of one round
  std::uint64_t rounds = 0;    ///< of one piece
  bool cross_core = false;
  Comparison comparison;
  std::optional<InstructionPair> instructions;
  std::string not_counted;  ///< why not, where they were tried and it failed
  std::string skipped;      ///< why it was not compared: "not in head"

  bool is_regression() const;
};

struct AbReport {
  std::string version;  ///< of ringside
  Build base, head;
  Machine machine;
  unsigned cpu = 0;
  std::optional<unsigned> far_cpu;
  AbSettings settings;
  std::string not_counted;   ///< why instructions are not; "" when they are, or are not wanted
  bool uncommitted = false;  ///< changes were there, and a revision was measured without them
  std::vector<AbRow> rows;
  double duration_s = 0;

  std::size_t count(Verdict verdict) const;
};

inline constexpr const char* kUncommitted =
    "uncommitted changes are not measured: build them and name the build with --head-build";

using Progress = std::function<void(const std::string&)>;

/// Rows for every benchmark that is selected and that either build has, and for programs of the
/// suite that one lacks.
/// Errors: a program cannot be started or ends; nothing is selected (kNothingToDo).
Result<std::vector<AbRow>> compare_builds(World& world, const BenchPlace& place, const Build& base,
                                          const Build& head, const AbSettings& settings,
                                          const Progress& progress);

/// Of the programs that are there none has a benchmark that is selected; `missing` are not.
Error none_selected(const std::vector<std::string>& missing);

std::string to_text(const AbReport& report);
/// A table and a sentence for a pull request.
std::string to_markdown(const AbReport& report);
/// Schema "ringside.perf-ab/1".
std::string to_json(const AbReport& report);

/// kRegression when a benchmark is one; kNothingToDo when all were skipped.
ExitCode exit_code(const AbReport& report);

}  // namespace ringside::harness::perf
