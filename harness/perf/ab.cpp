// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/ab.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringside::harness::perf {
namespace {

using Words = std::vector<std::string>;

const BenchmarkInfo* find_in(const BenchProgram& program, const std::string& benchmark) {
  const auto& list = program.benchmarks();
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const auto& each) { return each.name == benchmark; });
  return found == list.end() ? nullptr : &*found;
}

AbRow empty_row(const std::string& program, const BenchmarkInfo& info) {
  AbRow row;
  row.program = program;
  row.benchmark = info.name;
  row.elements = info.elements;
  return row;
}

/// Rows of one program, not measured yet: what either build lists, the base's order first.
std::vector<AbRow> rows_of(const std::string& name, const BenchProgram& base,
                           const BenchProgram& head, const Selection& selection) {
  std::vector<AbRow> rows;
  for (const BenchmarkInfo& info : base.benchmarks()) {
    if (!selection.has(name, info.name)) continue;
    const BenchmarkInfo* const other = find_in(head, info.name);
    rows.push_back(empty_row(name, info));
    if (other == nullptr) rows.back().missing = "head";
    if (other != nullptr && *other != info) rows.back().missing = "head with as many packets";
  }
  for (const BenchmarkInfo& info : head.benchmarks()) {
    if (!selection.has(name, info.name) || find_in(base, info.name) != nullptr) continue;
    rows.push_back(empty_row(name, info));
    rows.back().missing = "base";
  }
  return rows;
}

}  // namespace

std::vector<std::string> argv_of(const Build& build, const std::string& program,
                                 const Selection& selection) {
  Words argv{build.bin_dir + "/" + program};
  argv.insert(argv.end(), selection.arguments.begin(), selection.arguments.end());
  return argv;
}

bool Selection::has(const std::string& program, const std::string& benchmark) const {
  const std::string name = program + "/" + benchmark;
  return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& part) {
           return name.find(part) != name.npos;
         });
}

std::size_t AbReport::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const AbRow& row) {
    return row.missing.empty() && row.comparison.verdict == verdict;
  }));
}

Result<std::vector<AbRow>> compare_builds(World& world, const BenchPlace& place, const Build& base,
                                          const Build& head, const AbSettings& settings,
                                          const Progress& progress) {
  std::vector<AbRow> rows;
  std::mt19937_64 lots(settings.seed);
  for (const std::string name : kSuitePrograms) {
    const Words base_argv = argv_of(base, name, settings.selection);
    const Words head_argv = argv_of(head, name, settings.selection);
    auto base_program = BenchProgram::start(world, place, base_argv);
    if (!base_program) return base_program.error();
    const auto head_program = BenchProgram::start(world, place, head_argv);
    if (!head_program) return head_program.error();
    for (AbRow& row : rows_of(name, *base_program, *head_program, settings.selection)) {
      if (row.missing.empty()) {
        progress(fmt::format("{}/{}", name, row.benchmark));
        const auto rounds =
            rounds_for(*base_program, row.benchmark,
                       settings.selection.sample_ns / static_cast<double>(settings.plan.pieces));
        if (!rounds) return rounds.error();
        row.rounds = *rounds;
        TwoPrograms source(world, place, base_argv, head_argv, row.benchmark, row.rounds);
        auto comparison = compare(source, settings.plan, settings.rule, lots);
        if (!comparison) return comparison.error();
        row.comparison = *std::move(comparison);
      }
      rows.push_back(std::move(row));
    }
  }
  if (rows.empty()) return Error{"no benchmark has such a name", ExitCode::kNothingToDo};
  return rows;
}

ExitCode exit_code(const AbReport& report) {
  return report.count(Verdict::kWorse) > 0 ? ExitCode::kRegression : ExitCode::kOk;
}

}  // namespace ringside::harness::perf
