// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/idle_bench.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/idle.hpp"

namespace ringside::harness {
namespace {

constexpr auto kSendPatience = std::chrono::seconds(10);
/// Between two looks whether the packet has come out.
constexpr auto kLook = std::chrono::milliseconds(1);
constexpr unsigned kMostLooks = 2000;
constexpr auto kSleepProbe = std::chrono::milliseconds(300);
/// Silences differ by this, so that packets do not always meet the same moment of a sleep.
constexpr auto kStep = std::chrono::microseconds(137);

/// Latency of one packet, in nanoseconds.
Result<double> send_one(ForwardRun& run, const IdlePlan& plan) {
  BenchWire& wire = run.wire();
  if (Status forgotten = wire.forget_latencies(); !forgotten) return forgotten.error();
  wire.send(plan.setup.traffic.capture, 1, std::nullopt);
  if (const auto sent = wire.wait_for_end(kSendPatience); !sent) return sent.error();
  for (unsigned look = 0; look < kMostLooks; ++look) {
    const auto totals = wire.totals();
    if (!totals) return totals.error();
    if (totals->measured > 0) return totals->longest_ns;
    if (Status slept = run.sleep(kLook); !slept) return slept.error();
  }
  return Error{"the packet after a silence did not come out", ExitCode::kCheckFailed};
}

/// Latencies of `count` packets, each after a silence.
Result<std::vector<double>> send_some(ForwardRun& run, const IdlePlan& plan, unsigned count,
                                      Duration silence) {
  std::vector<double> latencies;
  for (unsigned i = 0; i < count; ++i) {
    if (Status slept = run.sleep(silence + i * kStep); !slept) return slept.error();
    const auto latency = send_one(run, plan);
    if (!latency) return latency.error();
    latencies.push_back(*latency);
  }
  return latencies;
}

Status measure_running(ForwardRun& run, const IdlePlan& plan, IdleRow& row) {
  if (Status started = run.start(); !started) return started;
  if (Status slept = run.sleep(plan.long_silence); !slept) return slept;
  const auto begin = run.read();
  if (!begin) return begin.error();
  if (Status slept = run.sleep(plan.window); !slept) return slept;
  const auto end = run.read();
  if (!end) return end.error();
  take_shares(*begin, *end, row);
  auto first = send_some(run, plan, plan.packets, plan.silence);
  if (!first) return first.error();
  auto late = send_some(run, plan, plan.late_packets, plan.long_silence);
  if (!late) return late.error();
  row.first_ns = *std::move(first);
  row.late_ns = *std::move(late);
  return Done{};
}

Status measure(World& world, const IdlePlan& plan, const MemoryPlan& memory, IdleRow& row) {
  const auto directory = RunDirectory::create();
  if (!directory) return directory.error();
  ForwardRun run(world, plan.setup, row.what, memory, *directory);
  row.round_trip_before_ns = probe_speed();
  const Status done = measure_running(run, plan, row);
  run.stop();
  row.round_trip_after_ns = probe_speed();
  remove_hugepage_files(memory.hugetlbfs, directory->prefix());
  if (!done) row.failed = done.error().message;
  return done;
}

}  // namespace

void take_shares(const ForwardReading& begin, const ForwardReading& end, IdleRow& row) {
  const double seconds = std::chrono::duration<double>(end.at - begin.at).count();
  const auto share = [&](std::size_t i) {
    return (end.cpu_seconds[i] - begin.cpu_seconds[i]) / seconds;
  };
  row.server_share = share(0);
  for (std::size_t i = 1; i <= end.by_client.size(); ++i) row.client_shares.push_back(share(i));
  row.others_share = others_share(begin, end);
}

Result<IdleResult> bench_idle(World& world, const IdlePlan& plan,
                              const std::function<void(const std::string&)>& progress) {
  const auto rows = rows_of(plan.cases, plan.setup.traffic.ports);
  if (!rows) return rows.error();
  const auto memory = choose_memory(plan.setup, plan.cases);
  if (!memory) return memory.error();
  IdleResult result{forward_machine(*memory, plan.setup.dpdk),
                    plan.setup.traffic,
                    std::chrono::duration<double>(plan.window).count(),
                    std::chrono::duration<double>(plan.silence).count(),
                    std::chrono::duration<double>(plan.long_silence).count(),
                    host::sleep_cost(kIdleSleep, kSleepProbe),
                    {}};
  for (const ForwardRow& each : *rows) {
    IdleRow row{each.what, each.skipped, 0, {}, {}, {}, 0};
    if (row.skipped.empty()) {
      progress(row.what.name());
      const Status done = measure(world, plan, *memory, row);
      if (!done && done.error().code == ExitCode::kInterrupted) {
        result.failure = done.error();
        break;
      }
      if (!done && !result.failure) result.failure = failure_of(row.what, done.error());
    }
    result.rows.push_back(std::move(row));
  }
  const bool any =
      std::ranges::any_of(result.rows, [](const auto& row) { return !row.first_ns.empty(); });
  if (!any) return *result.failure;
  return result;
}

}  // namespace ringside::harness
