// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/loss_free_bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ringside::harness {
namespace {

/// What was neither delivered nor counted as dropped when nothing has moved for so long is lost. A
/// busy machine may keep a program from its CPU for a while.
constexpr auto kSilence = std::chrono::seconds(3);
constexpr auto kSettleLook = std::chrono::milliseconds(10);
/// The first trial is so much above what gets through when the sender waits for room.
constexpr double kHeadRoom = 1.2;
constexpr auto kTrialPatience = std::chrono::seconds(10);

double seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

class Trials {
 public:
  Trials(const LossFreePlan& plan, ForwardRun& run) : plan_(plan), run_(run) {}

  /// Packets/s that get through when the sender waits for room.
  Result<double> closed_loop_rate() {
    run_.wire().send(plan_.setup.traffic.capture, 0, std::nullopt);
    if (Status slept = run_.sleep(plan_.trial / 4); !slept) return slept.error();
    const auto begin = run_.wire().totals();
    if (!begin) return begin.error();
    if (Status slept = run_.sleep(plan_.trial / 2); !slept) return slept.error();
    const auto end = run_.wire().totals();
    if (!end) return end.error();
    if (Status stopped = run_.wire().stop(); !stopped) return stopped.error();
    if (Status rest = settle(); !rest) return rest.error();
    return static_cast<double>(end->delivered - begin->delivered) * 1e9 /
           static_cast<double>(end->at_ns - begin->at_ns);
  }

  Result<LossFreeTrial> operator()(double rate) {
    const auto begin = run_.wire().totals();
    if (!begin) return begin.error();
    if (Status forgotten = run_.wire().forget_latencies(); !forgotten) return forgotten.error();
    LossFreeTrial trial;
    trial.rate = rate;
    trial.offered = static_cast<std::uint64_t>(std::ceil(rate * seconds(plan_.trial)));
    run_.wire().send(plan_.setup.traffic.capture, trial.offered, rate);
    const auto reply = run_.wire().wait_for_end(plan_.trial * 5 + kTrialPatience);
    if (!reply) return reply.error();
    if (Status settled = settle(); !settled) return settled.error();
    const auto end = run_.wire().totals();
    if (!end) return end.error();
    trial.delivered = end->delivered - begin->delivered;
    trial.latency_ns = end->latency_ns;
    trial.sent_rate = static_cast<double>(trial.offered) * 1e9 /
                      static_cast<double>(std::max<std::uint64_t>(1, reply->duration_ns));
    return trial;
  }

 private:
  /// Waits until every packet that was offered has come out or was counted where it was dropped.
  Status settle() {
    std::uint64_t before = 0;
    for (Duration quiet{0}; quiet < kSilence; quiet += kSettleLook) {
      const auto reading = run_.read();
      if (!reading) return reading.error();
      const std::uint64_t accounted = reading->delivered + reading->dropped;
      if (accounted >= reading->offered) return Done{};
      if (accounted != before) quiet = Duration{0};
      before = accounted;
      if (Status slept = run_.sleep(kSettleLook); !slept) return slept;
    }
    return Done{};
  }

  const LossFreePlan& plan_;
  ForwardRun& run_;
};

Result<LossFreeOutcome> search(const LossFreePlan& plan, ForwardRun& run,
                               const std::function<void(const std::string&)>& say) {
  Trials trials(plan, run);
  const auto through = trials.closed_loop_rate();
  if (!through) return through.error();
  if (*through <= 0) return Error{"delivered no packets", ExitCode::kCheckFailed};
  LossFreeSearch search = plan.search;
  search.first = kHeadRoom * *through;
  return search_loss_free(search, [&](double rate) {
    auto trial = trials(rate);
    if (trial) {
      say(fmt::format("{:.0f}/s: {}, {} of {} lost, offered {:.0f}/s", rate,
                      to_string(verdict_of(*trial)), trial->lost(), trial->offered,
                      trial->sent_rate));
    }
    return trial;
  });
}

Status measure_running(const LossFreePlan& plan, ForwardRun& run, LossFreeRow& row,
                       const std::function<void(const std::string&)>& say) {
  if (Status started = run.start(); !started) return started;
  const auto begin = run.read();
  if (!begin) return begin.error();
  auto outcome = search(plan, run, say);
  if (!outcome) return outcome.error();
  const auto end = run.read();
  if (!end) return end.error();
  row.others_share = others_share(*begin, *end);
  row.outcome = *std::move(outcome);
  return Done{};
}

Status measure(World& world, const LossFreePlan& plan, const MemoryPlan& memory, LossFreeRow& row,
               const std::function<void(const std::string&)>& progress) {
  const auto directory = RunDirectory::create();
  if (!directory) return directory.error();
  ForwardRun run(world, plan.setup, row.what, memory, *directory);
  const std::string name = row.what.name();
  row.round_trip_before_ns = probe_speed();
  const Status done = measure_running(
      plan, run, row, [&](const std::string& words) { progress(name + ": " + words); });
  run.stop();
  row.round_trip_after_ns = probe_speed();
  remove_hugepage_files(memory.hugetlbfs, directory->prefix());
  if (!done) row.failed = done.error().message;
  return done;
}

}  // namespace

Result<LossFreeResult> bench_loss_free(World& world, const LossFreePlan& plan,
                                       const std::function<void(const std::string&)>& progress) {
  const auto rows = rows_of(plan.cases, plan.setup.traffic.ports);
  if (!rows) return rows.error();
  const auto memory = choose_memory(plan.setup, plan.cases);
  if (!memory) return memory.error();
  LossFreeResult result{forward_machine(*memory, plan.setup.dpdk),
                        plan.setup.traffic,
                        seconds(plan.trial),
                        plan.search.resolution,
                        {}};
  for (const ForwardRow& each : *rows) {
    LossFreeRow row{each.what, std::nullopt, each.skipped, each.oversubscribed};
    if (row.skipped.empty()) {
      const Status done = measure(world, plan, *memory, row, progress);
      if (!done && done.error().code == ExitCode::kInterrupted) {
        result.failure = done.error();
        break;
      }
      if (!done && !result.failure) result.failure = failure_of(row.what, done.error());
    }
    result.rows.push_back(std::move(row));
  }
  const bool any =
      std::ranges::any_of(result.rows, [](const auto& row) { return row.outcome.has_value(); });
  if (!any) return *result.failure;
  return result;
}

}  // namespace ringside::harness
