// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/bench_program.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "host/affinity.hpp"

namespace ringside::harness::perf {
namespace {

constexpr Duration kLongestAnswer = std::chrono::minutes(2);
/// One n-th of a piece is done first, for caches, page tables and branch predictors.
constexpr std::uint64_t kWarmUpShare = 2;

std::string stderr_file(const BenchPlace& place) {
  return place.directory + "/bench.err";
}

std::string last_line_of(const std::string& file) {
  std::ifstream in(file);
  std::string last;
  for (std::string line; std::getline(in, line);) last = line;
  return last;
}

/// Nanoseconds of so many rounds: short ones, of which somebody else may take most of one's time.
Result<double> shortest_of_three(BenchProgram& program, const std::string& benchmark,
                                 std::uint64_t rounds) {
  double shortest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 3; ++i) {
    const auto sample = program.take(benchmark, rounds);
    if (!sample) return sample.error();
    shortest = std::min(shortest, sample->nanoseconds);
  }
  return shortest;
}

}  // namespace

Result<BenchProgram> BenchProgram::start(World& world, const BenchPlace& place,
                                         const std::vector<std::string>& argv) {
  auto program = begin(world, place, argv);
  if (!program) return program.error();
  const Status listed = program->read_list();
  if (!listed) return listed.error();
  return program;
}

Result<BenchProgram> BenchProgram::begin(World& world, const BenchPlace& place,
                                         const std::vector<std::string>& argv) {
  ProcessSpec spec;
  spec.name = std::filesystem::path(argv.at(0)).filename();
  spec.argv = argv;
  spec.directory = place.directory;
  spec.stderr_file = stderr_file(place);
  spec.piped = true;
  spec.cpu = place.cpu;
  // Nice values do not help against processes of other sessions (autogroups, sched(7)). With one
  // CPU there must be something left for ringside itself.
  spec.ahead = host::allowed_cpus() != std::vector{place.cpu};
  auto process = world.launcher.start(spec);
  if (!process) return process.error();
  return BenchProgram(world, place, *std::move(process));
}

Status BenchProgram::read_list() {
  for (BenchListing listing; !listing.ready(); benchmarks_ = listing.benchmarks()) {
    const auto line = next_line();
    if (!line) return line.error();
    const Status taken = listing.take(*line);
    if (!taken) {
      return environment_error(fmt::format("{}: {}", process_->name(), taken.error().message));
    }
  }
  return Done{};
}

Error BenchProgram::ended() const {
  const auto end = process_->poll();
  const std::string reason = last_line_of(stderr_file(*place_));
  return environment_error(fmt::format("{} ended{}{}{}", process_->name(),
                                       end ? " with " + end->text() : "",
                                       reason.empty() ? "" : ": ", reason));
}

Result<std::string> BenchProgram::next_line() {
  std::optional<std::string> line;
  const Deadline deadline(world_->clock, kLongestAnswer);
  const WaitEnd end = wait_until(world_->clock, deadline, world_->interrupted, [&] {
    line = process_->read_line();
    if (line) return true;
    if (!process_->poll()) return false;
    line = process_->read_line();  // written between the two calls above
    return true;
  });
  if (line) return *line;
  if (end == WaitEnd::kInterrupted) return Error{"interrupted", ExitCode::kInterrupted};
  if (end == WaitEnd::kMet) return ended();
  return Error{process_->name() + " does not answer", ExitCode::kTimedOut};
}

Result<Sample> BenchProgram::take(const std::string& benchmark, std::uint64_t rounds) {
  const BenchmarkInfo* const info = find(benchmark);
  const bool crosses = info != nullptr && info->cross_core;
  const Disturbance before = counters(crosses);
  if (!process_->write(bench_request(benchmark, rounds))) return ended();
  const auto line = next_line();
  if (!line) return line.error();
  const Disturbance after = counters(crosses);
  const auto time = parse_bench_answer(*line);
  if (!time) {
    return environment_error(
        fmt::format("{}/{}: {}", process_->name(), benchmark, time.error().message));
  }
  return Sample{static_cast<double>(time->nanoseconds), after - before, time->round_trips};
}

const BenchmarkInfo* BenchProgram::find(const std::string& benchmark) const {
  const auto found = std::ranges::find(benchmarks_, benchmark, &BenchmarkInfo::name);
  return found == benchmarks_.end() ? nullptr : &*found;
}

Disturbance BenchProgram::counters(bool of_both_cpus) const {
  if (!place_->real) return {};
  std::vector<unsigned> cpus{place_->cpu};
  if (of_both_cpus && place_->far_cpu) cpus.push_back(*place_->far_cpu);
  return disturbance_counters(cpus, process_->pid());
}

Status BenchProgram::warm_up(const std::string& benchmark, std::uint64_t rounds) {
  const auto sample = take(benchmark, rounds / kWarmUpShare + 1);
  if (!sample) return sample.error();
  return Done{};
}

Result<std::uint64_t> rounds_for(BenchProgram& program, const std::string& benchmark,
                                 double nanoseconds) {
  std::uint64_t rounds = 1;
  // The first rounds are slow: go there in steps.
  for (const double share : {0.01, 0.1, 1.0}) {
    const auto shortest = shortest_of_three(program, benchmark, rounds);
    if (!shortest) return shortest.error();
    const double wanted = share * nanoseconds * static_cast<double>(rounds) / *shortest;
    rounds = static_cast<std::uint64_t>(std::max(1.0, std::round(wanted)));
  }
  return rounds;
}

Status TwoPrograms::start() {
  programs_.clear();
  // Both at once: the start of EAL is a tenth of a second of sleep on some processors.
  for (const auto* argv : {&base_argv_, &head_argv_}) {
    auto program = BenchProgram::begin(world_, place_, *argv);
    if (!program) return program.error();
    programs_.push_back(*std::move(program));
  }
  for (BenchProgram& program : programs_) {
    const Status listed = program.read_list();
    if (!listed) return listed.error();
  }
  return Done{};
}

Status TwoPrograms::warm_up(std::size_t benchmark) {
  for (BenchProgram& program : programs_) {
    const Status warm = program.warm_up(work_.at(benchmark).benchmark, work_[benchmark].rounds);
    if (!warm) return warm.error();
  }
  return Done{};
}

Result<Sample> TwoPrograms::take(std::size_t benchmark, Side side) {
  const Piecework& work = work_.at(benchmark);
  return programs_.at(side == Side::kHead ? 1 : 0).take(work.benchmark, work.rounds);
}

void leave_cpu(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned other : host::allowed_cpus()) {
    if (other != cpu) CPU_SET(other, &set);
  }
  if (CPU_COUNT(&set) > 0) ::sched_setaffinity(0, sizeof set, &set);
}

}  // namespace ringside::harness::perf
