// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/ab.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "harness/perf/instructions.hpp"

namespace ringside::harness::perf {
namespace {

using Words = std::vector<std::string>;

AbRow empty_row(const std::string& program, const BenchmarkInfo& info) {
  AbRow row;
  row.program = program;
  row.benchmark = info.name;
  row.elements = info.elements;
  row.cross_core = info.cross_core;
  return row;
}

/// Rows of one program, not measured yet: what either build lists, the base's order first.
std::vector<AbRow> rows_of(const std::string& name, const BenchProgram& base,
                           const BenchProgram& head, const Selection& selection,
                           const BenchPlace& place) {
  std::vector<AbRow> rows;
  for (const BenchmarkInfo& info : base.benchmarks()) {
    if (!selection.has(name, info.name)) continue;
    const BenchmarkInfo* const other = head.find(info.name);
    rows.push_back(empty_row(name, info));
    rows.back().skipped = why_not_here(info, place);
    if (other == nullptr) rows.back().skipped = "not in head";
    if (other != nullptr && *other != info)
      rows.back().skipped = "not in head with as many packets";
  }
  for (const BenchmarkInfo& info : head.benchmarks()) {
    if (!selection.has(name, info.name) || base.find(info.name) != nullptr) continue;
    rows.push_back(empty_row(name, info));
    rows.back().skipped = "not in base";
  }
  return rows;
}

/// One program of the suite in two builds.
class ProgramPair {
 public:
  ProgramPair(World& world, const BenchPlace& place, const AbSettings& settings,
              std::mt19937_64& lots)
      : world_(world), place_(place), settings_(settings), lots_(lots) {}

  /// Precondition: both builds have it.
  Result<std::vector<AbRow>> compare(const SuiteProgram& program, const Build& base,
                                     const Build& head, const Progress& progress) {
    base_argv_ = argv_of(base, program, settings_.selection, place_);
    head_argv_ = argv_of(head, program, settings_.selection, place_);
    auto base_program = BenchProgram::start(world_, place_, base_argv_);
    if (!base_program) return base_program.error();
    const auto head_program = BenchProgram::start(world_, place_, head_argv_);
    if (!head_program) return head_program.error();
    auto rows = rows_of(program.name, *base_program, *head_program, settings_.selection, place_);
    std::vector<AbRow*> compared;
    for (AbRow& row : rows) {
      if (row.skipped.empty()) compared.push_back(&row);
    }
    const Status measured = measure(compared, *base_program, progress);
    if (!measured) return measured.error();
    for (AbRow* const row : compared) {
      if (!settings_.instructions || row->cross_core) continue;
      progress(fmt::format("{}/{}: instructions", row->program, row->benchmark));
      const Status counted = count(*row);
      if (!counted) return counted.error();
    }
    return rows;
  }

 private:
  Status measure(const std::vector<AbRow*>& rows, BenchProgram& base_program,
                 const Progress& progress) {
    std::vector<PairPlan> plans;
    std::vector<Piecework> work;
    for (AbRow* const row : rows) {
      const PairPlan plan = row->cross_core ? across_cpus(settings_.plan) : settings_.plan;
      const auto rounds =
          rounds_for(base_program, row->benchmark,
                     settings_.selection.sample_ns / static_cast<double>(plan.pieces));
      if (!rounds) return rounds.error();
      row->rounds = *rounds;
      plans.push_back(plan);
      work.push_back({row->benchmark, *rounds});
      progress(fmt::format("{}/{}", row->program, row->benchmark));
    }
    TwoPrograms source(world_, place_, base_argv_, head_argv_, std::move(work));
    auto comparisons = perf::compare(source, plans, settings_.rule, lots_);
    if (!comparisons) return comparisons.error();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i]->comparison = std::move((*comparisons)[i]);
    }
    return Done{};
  }

  /// A valgrind that fails is told in the row: the times are there already. Errors: interrupted.
  Status count(AbRow& row) {
    const BenchmarkInfo info{row.benchmark, row.elements, false};
    InstructionPair counted;
    for (const auto& [name, argv, count] :
         {std::tuple{"base", &base_argv_, &counted.base}, {"head", &head_argv_, &counted.head}}) {
      const auto instructions = count_instructions(world_, place_.directory, *argv, info);
      if (!instructions) {
        row.not_counted = fmt::format("{}: {}", name, instructions.error().message);
        return instructions.error().code == ExitCode::kInterrupted ? Status(instructions.error())
                                                                   : Done{};
      }
      *count = *instructions;
    }
    row.instructions = counted;
    return Done{};
  }

  World& world_;
  const BenchPlace& place_;
  const AbSettings& settings_;
  std::mt19937_64& lots_;
  Words base_argv_, head_argv_;
};

/// The row of a program that one build, or both, do not have.
AbRow row_without(const std::string& program, bool in_base, bool in_head) {
  AbRow row;
  row.program = program;
  row.benchmark = "*";
  row.skipped = in_head ? "not in base" : in_base ? "not in head" : "in neither build";
  return row;
}

}  // namespace

bool Build::has(const std::string& program) const {
  return std::ranges::find(programs, program) != programs.end();
}

std::vector<std::string> argv_of(const Build& build, const SuiteProgram& program,
                                 const Selection& selection, const BenchPlace& place) {
  Words argv{build.bin_dir + "/" + program.name};
  if (program.takes_cpus) {
    argv.insert(argv.end(), {"--cpu", std::to_string(place.cpu)});
    if (place.far_cpu) argv.insert(argv.end(), {"--clients-cpu", std::to_string(*place.far_cpu)});
  }
  argv.insert(argv.end(), selection.arguments.begin(), selection.arguments.end());
  return argv;
}

std::string why_not_here(const BenchmarkInfo& info, const BenchPlace& place) {
  return info.cross_core && !place.far_cpu ? "skipped: it needs two CPUs, ringside may use one"
                                           : "";
}

bool Selection::has(const SuiteProgram& program) const {
  return suite == kWholeSuite || suite == program.suite;
}

bool Selection::has(const std::string& program, const std::string& benchmark) const {
  const std::string name = program + "/" + benchmark;
  return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& part) {
           return name.find(part) != name.npos;
         });
}

std::size_t AbReport::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const AbRow& row) {
    return row.skipped.empty() && row.comparison.verdict == verdict;
  }));
}

Result<std::vector<AbRow>> compare_builds(World& world, const BenchPlace& place, const Build& base,
                                          const Build& head, const AbSettings& settings,
                                          const Progress& progress) {
  std::vector<AbRow> rows;
  std::mt19937_64 lots(settings.seed);
  std::vector<std::string> missing;
  for (const SuiteProgram& program : kSuite) {
    if (!settings.selection.has(program)) continue;
    const bool in_base = base.has(program.name), in_head = head.has(program.name);
    if (in_base && in_head) {
      ProgramPair pair(world, place, settings, lots);
      auto more = pair.compare(program, base, head, progress);
      if (!more) return more.error();
      std::ranges::move(*more, std::back_inserter(rows));
    } else if (settings.selection.has(program.name, "*")) {
      rows.push_back(row_without(program.name, in_base, in_head));
    } else {
      missing.emplace_back(program.name);
    }
  }
  if (rows.empty()) return none_selected(missing);
  return rows;
}

Error none_selected(const std::vector<std::string>& missing) {
  std::string message = "no benchmark has such a name";
  if (!missing.empty()) {
    message += fmt::format(" in the programs that are there; {} is missing, build it",
                           fmt::join(missing, " and "));
  }
  return {message, ExitCode::kNothingToDo};
}

bool AbRow::is_regression() const {
  return skipped.empty() && perf::is_regression(comparison.verdict, instructions);
}

ExitCode exit_code(const AbReport& report) {
  const auto compared = [](const AbRow& row) { return row.skipped.empty(); };
  if (std::ranges::none_of(report.rows, compared)) return ExitCode::kNothingToDo;
  return std::ranges::any_of(report.rows, &AbRow::is_regression) ? ExitCode::kRegression
                                                                 : ExitCode::kOk;
}

}  // namespace ringside::harness::perf
