// SPDX-License-Identifier: BSD-3-Clause
// A running program of benchmarks (core/bench_protocol.hpp), on one CPU of its own as far as the
// machine lets it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bench_protocol.hpp"
#include "harness/perf/pairs.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness::perf {

/// Where programs run.
struct BenchPlace {
  unsigned cpu = 0;
  std::optional<unsigned> far_cpu = {};  ///< the other end of work that crosses CPUs
  std::string directory;  ///< private; what programs write to standard error goes there
  bool real = true;       ///< false for fakes, whose pids are somebody else's
};

class BenchProgram {
 public:
  /// Starts argv on the CPU, where that is allowed ahead of all ordinary processes, and reads its
  /// list. Errors: kEnvironment, it cannot be started, ended, or speaks something else;
  /// kInterrupted.
  static Result<BenchProgram> start(World& world, const BenchPlace& place,
                                    const std::vector<std::string>& argv);

  /// The same in two steps: it runs, and its list is still to be read.
  static Result<BenchProgram> begin(World& world, const BenchPlace& place,
                                    const std::vector<std::string>& argv);
  Status read_list();

  const std::vector<BenchmarkInfo>& benchmarks() const { return benchmarks_; }
  /// Null: there is none of that name.
  const BenchmarkInfo* find(const std::string& benchmark) const;

  /// So many rounds, once. Errors: as above, and what the program says.
  Result<Sample> take(const std::string& benchmark, std::uint64_t rounds);
  /// What a new process does once before it is measured: a share of so many rounds.
  Status warm_up(const std::string& benchmark, std::uint64_t rounds);

 private:
  BenchProgram(World& world, const BenchPlace& place, std::unique_ptr<Process> process)
      : world_(&world), place_(&place), process_(std::move(process)) {}
  Result<std::string> next_line();
  Error ended() const;
  Disturbance counters(bool of_both_cpus) const;

  World* world_;
  const BenchPlace* place_;
  std::unique_ptr<Process> process_;
  std::vector<BenchmarkInfo> benchmarks_;
};

/// Rounds that take about `nanoseconds`, at least 1.
Result<std::uint64_t> rounds_for(BenchProgram& program, const std::string& benchmark,
                                 double nanoseconds);

/// So many rounds of a benchmark.
struct Piecework {
  std::string benchmark;
  std::uint64_t rounds = 0;
};

/// Benchmarks of one program in two builds.
class TwoPrograms final : public SampleSource {
 public:
  TwoPrograms(World& world, const BenchPlace& place, std::vector<std::string> base,
              std::vector<std::string> head, std::vector<Piecework> work)
      : world_(world),
        place_(place),
        base_argv_(std::move(base)),
        head_argv_(std::move(head)),
        work_(std::move(work)) {}

  Status start() override;
  Status warm_up(std::size_t benchmark) override;
  Result<Sample> take(std::size_t benchmark, Side side) override;

 private:
  World& world_;
  const BenchPlace& place_;
  std::vector<std::string> base_argv_, head_argv_;
  std::vector<Piecework> work_;
  std::vector<BenchProgram> programs_;  ///< base, head
};

/// Moves ringside itself to other CPUs than the one of the programs, where there are any.
void leave_cpu(unsigned cpu);

}  // namespace ringside::harness::perf
