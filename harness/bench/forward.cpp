// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/forward.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <numeric>

#include "harness/run/inputs.hpp"
#include "host/affinity.hpp"
#include "host/line_probe.hpp"
#include "host/line_stream.hpp"
#include "host/machine.hpp"

namespace ringside::harness {
namespace {

constexpr unsigned kMostWindows = 50;
constexpr auto kProbeTime = std::chrono::milliseconds(5);
constexpr Duration kPieceOfLines = std::chrono::milliseconds(250);

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// What happened between two readings.
ForwardSample difference(const ForwardReading& begin, const ForwardReading& end) {
  ForwardSample sample;
  sample.seconds = std::chrono::duration<double>(end.at - begin.at).count();
  sample.delivered = end.delivered - begin.delivered;
  sample.dropped = end.dropped - begin.dropped;
  sample.cpu_seconds = sum(end.cpu_seconds) - sum(begin.cpu_seconds);
  for (std::size_t i = 0; i < end.by_client.size(); ++i) {
    sample.by_client.push_back(end.by_client[i] - begin.by_client[i]);
  }
  sample.fullest_ring = end.fullest_ring;
  sample.others_share = others_share(begin, end);
  if (end.wire) {
    sample.cpu_seconds -= end.cpu_seconds.back() - begin.cpu_seconds.back();
    sample.offered_rate = static_cast<double>(end.offered - begin.offered) / sample.seconds;
    sample.latency_ns = end.wire->latency_ns;
  }
  return sample;
}

/// One sample of a case whose programs run.
Result<ForwardSample> sample_window(ForwardRun& run, const ForwardPlan& plan,
                                    const ForwardCase& what) {
  const bool by_wire = plan.setup.traffic.ports == PortKind::kRing;
  if (by_wire) run.wire().send(plan.setup.traffic.capture, 0, plan.rate);
  if (Status slept = run.sleep(plan.warm_up); !slept) return slept.error();
  if (by_wire) {
    if (Status forgotten = run.wire().forget_latencies(); !forgotten) return forgotten.error();
  }
  const auto begin = run.read();
  if (!begin) return begin.error();
  ForwardReading end = *begin;
  // On a busy machine a window may pass in which somebody had no CPU at all.
  for (unsigned i = 0; i < kMostWindows && end.delivered == begin->delivered; ++i) {
    if (Status slept = run.sleep(plan.window); !slept) return slept.error();
    auto reading = run.read();
    if (!reading) return reading.error();
    end = *std::move(reading);
  }
  if (by_wire) {
    if (Status stopped = run.wire().stop(); !stopped) return stopped.error();
  }
  if (end.delivered > begin->delivered) return difference(*begin, end);
  return Error{fmt::format("{} delivered no packets", what.name()), ExitCode::kCheckFailed};
}

/// Of this program's threads and everybody's.
ForwardReading read_cpu_times(const World& world) {
  ForwardReading reading;
  reading.at = world.clock.now();
  reading.cpu_seconds = {static_cast<double>(std::clock()) / CLOCKS_PER_SEC};
  reading.cpu_seconds_of_all = read_cpu_seconds_of_all();
  return reading;
}

/// In pieces, between which an interrupt is heeded.
Result<ForwardSample> measure_lines(const World& world, const ForwardPlan& plan) {
  const std::vector<unsigned> cpus = host::allowed_cpus();
  const ForwardReading begin = read_cpu_times(world);
  std::uint64_t lines = 0;
  double seconds = 0;
  for (Duration left = plan.window; left > Duration(0); left -= kPieceOfLines) {
    const auto stream = host::stream_lines(cpus[0], cpus[1], std::min(left, kPieceOfLines));
    lines += stream.lines;
    seconds += stream.seconds;
    if (world.interrupted != 0) return Error{"interrupted", ExitCode::kInterrupted};
  }
  ForwardSample sample = difference(begin, read_cpu_times(world));
  sample.delivered = lines;
  sample.seconds = seconds;  // without the starts of the threads
  return sample;
}

Result<ForwardSample> measure(World& world, const ForwardPlan& plan, const ForwardCase& what,
                              const MemoryPlan& memory) {
  if (what.method == ForwardMethod::kLines) return measure_lines(world, plan);
  const auto directory = RunDirectory::create();
  if (!directory) return directory.error();
  ForwardRun run(world, plan.setup, what, memory, *directory);
  const Status started = run.start();
  auto sample = started ? sample_window(run, plan, what) : Result<ForwardSample>(started.error());
  run.stop();
  remove_hugepage_files(memory.hugetlbfs, directory->prefix());
  return sample;
}

/// The result with its failure, or that alone when nothing was measured.
Result<ForwardResult> if_any(ForwardResult result) {
  const bool any =
      std::ranges::any_of(result.rows, [](const auto& row) { return !row.samples.empty(); });
  if (!any) return *result.failure;
  return result;
}

/// A sample during which the machine kept its speed; after `tries` one that says it did not.
Result<ForwardSample> measure_at_one_speed(World& world, const ForwardPlan& plan,
                                           const ForwardCase& what, const MemoryPlan& memory) {
  for (unsigned discarded = 0;; ++discarded) {
    const double before = probe_speed();
    auto sample = measure(world, plan, what, memory);
    if (!sample) return sample;
    sample->round_trip_before_ns = before;
    sample->round_trip_after_ns = probe_speed();
    sample->discarded = discarded;
    if (sample->is_steady() || discarded + 1 >= plan.tries) return sample;
  }
}

}  // namespace

bool ForwardSample::is_steady() const {
  return !knows_speed() || host::same_speed(round_trip_before_ns, round_trip_after_ns);
}

Error failure_of(const ForwardCase& what, const Error& error) {
  return {fmt::format("{}: {}", what.name(), error.message), error.code};
}

double probe_speed() {
  const std::vector<unsigned> cpus = host::allowed_cpus();
  if (cpus.size() < 2) return 0;
  return host::line_round_trip_ns(cpus[0], cpus[1], kProbeTime);
}

double others_share(const ForwardReading& begin, const ForwardReading& end) {
  const double ours = sum(end.cpu_seconds) - sum(begin.cpu_seconds);
  const double others = end.cpu_seconds_of_all - begin.cpu_seconds_of_all - ours;
  const auto cpus = static_cast<double>(host::allowed_cpus().size());
  const double seconds = std::chrono::duration<double>(end.at - begin.at).count();
  return std::max(0.0, others / (seconds * cpus));
}

MachineFacts forward_machine(const MemoryPlan& memory, const std::string& dpdk) {
  MachineFacts facts = host::machine_facts();
  facts.emplace_back("usable_cpus", fmt::format("{}", host::allowed_cpus().size()));
  facts.emplace_back("memory", memory.name());
  facts.emplace_back("dpdk", dpdk);
  return facts;
}

Result<std::vector<ForwardRow>> rows_of(const std::vector<ForwardCase>& cases, PortKind ports) {
  const std::size_t cpus = host::allowed_cpus().size();
  std::vector<ForwardRow> rows;
  for (const ForwardCase& what : cases) {
    rows.push_back(
        {what, {}, reason_to_skip(what, ports, cpus), is_oversubscribed(what, ports, cpus)});
  }
  const bool all_skipped =
      std::ranges::none_of(rows, [](const ForwardRow& row) { return row.skipped.empty(); });
  if (!all_skipped) return rows;
  return environment_error(rows.empty()
                               ? "there is nothing to measure"
                               : fmt::format("nothing can be measured here; {}: {}",
                                             rows.front().what.name(), rows.front().skipped));
}

Result<ForwardResult> bench_forward(World& world, const ForwardPlan& plan,
                                    const std::function<void(const std::string&)>& progress) {
  auto rows = rows_of(plan.cases, plan.setup.traffic.ports);
  if (!rows) return rows.error();
  const auto memory = choose_memory(plan.setup, plan.cases);
  if (!memory) return memory.error();
  ForwardResult result{forward_machine(*memory, plan.setup.dpdk), plan.setup.traffic, plan.rate,
                       *std::move(rows)};
  for (unsigned round = 0; round < plan.rounds; ++round) {
    for (ForwardRow& row : result.rows) {
      if (!row.skipped.empty() || !row.failed.empty()) continue;
      progress(fmt::format("round {} of {}: {}", round + 1, plan.rounds, row.what.name()));
      auto sample = measure_at_one_speed(world, plan, row.what, *memory);
      if (sample) {
        row.samples.push_back(*std::move(sample));
        continue;
      }
      if (sample.error().code == ExitCode::kInterrupted) {
        result.failure = sample.error();
        return if_any(std::move(result));
      }
      row.failed = sample.error().message;
      if (!result.failure) result.failure = sample.error();
    }
  }
  return if_any(std::move(result));
}

}  // namespace ringside::harness
