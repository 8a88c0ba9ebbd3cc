// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/record.hpp"

#include <fmt/format.h>

#include "core/statistics.hpp"

namespace ringside::harness::perf {
namespace {

/// A benchmark and how it is measured.
struct Task {
  std::vector<std::string> argv;
  BenchmarkInfo info;
  std::uint64_t rounds = 1;  ///< of a piece
};

/// Adds the median over the pieces of one start, unless the repeats are used up before.
Status measure_start(World& world, const BenchPlace& place, const Task& task, const PairPlan& plan,
                     BenchmarkTimes& times) {
  auto program = BenchProgram::start(world, place, task.argv);
  if (!program) return program.error();
  const Status warm = program->warm_up(task.info.name, task.rounds);
  if (!warm) return warm.error();
  std::vector<double> pieces;
  while (pieces.size() < plan.pieces) {
    const auto piece = program->take(task.info.name, task.rounds);
    if (!piece) return piece.error();
    if (!piece->disturbance.any()) {
      pieces.push_back(piece->nanoseconds);
    } else if (++times.disturbed > plan.repeats) {
      return Done{};
    }
  }
  times.nanoseconds.push_back(median(std::move(pieces)) /
                              static_cast<double>(task.rounds * task.info.elements));
  return Done{};
}

}  // namespace

Result<std::vector<BenchmarkTimes>> record_build(World& world, const BenchPlace& place,
                                                 const Build& build, const Selection& selection,
                                                 const PairPlan& plan, const Progress& progress) {
  std::vector<BenchmarkTimes> all;
  for (const std::string name : kSuitePrograms) {
    Task task{argv_of(build, name, selection), {}, 1};
    auto program = BenchProgram::start(world, place, task.argv);
    if (!program) return program.error();
    for (const BenchmarkInfo& info : program->benchmarks()) {
      if (!selection.has(name, info.name)) continue;
      progress(fmt::format("{}/{}", name, info.name));
      const auto rounds =
          rounds_for(*program, info.name, selection.sample_ns / static_cast<double>(plan.pieces));
      if (!rounds) return rounds.error();
      task.info = info;
      task.rounds = *rounds;
      BenchmarkTimes times{name + "/" + info.name, {}, 0};
      while (times.nanoseconds.size() < plan.pairs && times.disturbed <= plan.repeats) {
        const Status measured = measure_start(world, place, task, plan, times);
        if (!measured) return measured.error();
      }
      all.push_back(std::move(times));
    }
  }
  if (all.empty()) return Error{"no benchmark has such a name", ExitCode::kNothingToDo};
  return all;
}

}  // namespace ringside::harness::perf
