// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/statistics.hpp"
#include "harness/perf/instructions.hpp"

namespace ringside::harness::perf {
namespace {

/// A benchmark and how it is measured.
struct Task {
  std::vector<std::string> argv;
  BenchmarkInfo info;
  std::uint64_t rounds = 1;  ///< of a piece
};

/// Adds the medians over the pieces of one start, unless the repeats are used up before.
Status measure_start(World& world, const BenchPlace& place, const Task& task, const PairPlan& plan,
                     BenchmarkTimes& times) {
  auto program = BenchProgram::start(world, place, task.argv);
  if (!program) return program.error();
  const Status warm = program->warm_up(task.info.name, task.rounds);
  if (!warm) return warm.error();
  const auto pieces = undisturbed_pieces(
      plan, times.disturbed, [&] { return program->take(task.info.name, task.rounds); });
  if (!pieces) return pieces.error();
  if (pieces->size() < plan.pieces) return Done{};
  std::vector<double> nanoseconds, round_trips;
  for (const Sample& piece : *pieces) {
    nanoseconds.push_back(piece.nanoseconds);
    if (piece.round_trips) round_trips.push_back(piece.round_trips->mean());
  }
  times.nanoseconds.push_back(median(std::move(nanoseconds)) /
                              static_cast<double>(task.rounds * task.info.elements));
  if (!round_trips.empty()) times.round_trips.push_back(median(std::move(round_trips)));
  return Done{};
}

void keep_commonest_speed(BenchmarkTimes& times) {
  const std::vector<bool> kept = of_commonest_speed(times.round_trips);
  for (std::vector<double>* const column : {&times.nanoseconds, &times.round_trips}) {
    std::size_t i = 0;
    std::erase_if(*column, [&](double) { return !kept[i++]; });
  }
}

Result<BenchmarkTimes> measure(World& world, const BenchPlace& place, const Task& task,
                               const PairPlan& plan) {
  BenchmarkTimes times;
  while (times.nanoseconds.size() < plan.pairs && times.disturbed <= plan.repeats()) {
    const Status measured = measure_start(world, place, task, plan, times);
    if (!measured) return measured.error();
  }
  if (!times.round_trips.empty()) keep_commonest_speed(times);
  return times;
}

/// The selected benchmarks of one program; counts those that cannot run here.
Result<std::vector<BenchmarkTimes>> record_program(World& world, const BenchPlace& place,
                                                   const SuiteProgram& suite, const Build& build,
                                                   const RecordPlan& plan, std::size_t& skipped,
                                                   const Progress& progress) {
  Task task{argv_of(build, suite, plan.selection, place), {}, 1};
  auto program = BenchProgram::start(world, place, task.argv);
  if (!program) return program.error();
  std::vector<BenchmarkTimes> all;
  for (const BenchmarkInfo& info : program->benchmarks()) {
    if (!plan.selection.has(suite.name, info.name)) continue;
    const std::string name = fmt::format("{}/{}", suite.name, info.name);
    const std::string why = why_not_here(info, place);
    progress(why.empty() ? name : name + ": " + why);
    if (!why.empty()) {
      ++skipped;
      continue;
    }
    const PairPlan pairs = info.cross_core ? across_cpus(plan.plan) : plan.plan;
    const auto rounds = rounds_for(*program, info.name,
                                   plan.selection.sample_ns / static_cast<double>(pairs.pieces));
    if (!rounds) return rounds.error();
    task.info = info;
    task.rounds = *rounds;
    auto times = measure(world, place, task, pairs);
    if (!times) return times.error();
    if (times->nanoseconds.size() < pairs.pairs) {
      progress(fmt::format("{}: {} of {} samples, the others were disturbed or of another speed",
                           name, times->nanoseconds.size(), pairs.pairs));
    }
    times->name = name;
    if (plan.instructions && !info.cross_core) {
      const auto counted = count_instructions(world, place.directory, task.argv, info);
      if (counted) {
        times->instructions = *counted;
      } else if (counted.error().code == ExitCode::kInterrupted) {
        return counted.error();
      } else {
        progress(fmt::format("{}: instructions: skipped, {}", name, counted.error().message));
      }
    }
    all.push_back(*std::move(times));
  }
  return all;
}

}  // namespace

Result<std::vector<BenchmarkTimes>> record_build(World& world, const BenchPlace& place,
                                                 const Build& build, const RecordPlan& plan,
                                                 const Progress& progress) {
  std::vector<BenchmarkTimes> all;
  std::vector<std::string> missing;
  std::size_t skipped = 0;
  for (const SuiteProgram& program : kSuite) {
    if (!plan.selection.has(program)) continue;
    if (!build.has(program.name)) {
      missing.emplace_back(program.name);
      if (plan.selection.has(program.name, "*")) {
        ++skipped;
        progress(fmt::format("{}: skipped, this build does not have it", program.name));
      }
      continue;
    }
    auto more = record_program(world, place, program, build, plan, skipped, progress);
    if (!more) return more.error();
    std::ranges::move(*more, std::back_inserter(all));
  }
  const auto has_times = [](const BenchmarkTimes& times) { return !times.nanoseconds.empty(); };
  if (std::ranges::any_of(all, has_times)) return all;
  if (!all.empty()) {
    return environment_error(
        "nothing was recorded: every sample was disturbed, or of another speed; try again when "
        "less else runs on this machine");
  }
  if (skipped == 0) return none_selected(missing);
  return Error{"nothing was recorded: what was selected cannot run here", ExitCode::kNothingToDo};
}

}  // namespace ringside::harness::perf
