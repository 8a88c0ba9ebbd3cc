// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "harness/bench/forward_json.hpp"
#include "harness/bench/forward_report.hpp"
#include "harness/bench/loss_free_bench.hpp"
#include "harness/report/json_parts.hpp"

namespace ringside::harness {
namespace {

std::string bound_text(const LossFreeOutcome& outcome) {
  switch (outcome.bound) {
    case LossFreeBound::kLoss:
      return fmt::format("loss at {:.3f}", outcome.above / 1e6);
    case LossFreeBound::kSender:
      return fmt::format("the sender at {:.3f}", outcome.above / 1e6);
    case LossFreeBound::kHighest:
      return "nothing: it was the highest tried";
    case LossFreeBound::kTrials:
      return outcome.above == 0
                 ? "the number of trials"
                 : fmt::format("the number of trials, below {:.3f}", outcome.above / 1e6);
  }
  return "?";
}

std::string row_line(const LossFreeRow& row, std::size_t width) {
  std::string line = fmt::format("{:<{}}", row.what.name(), width);
  if (!row.failed.empty()) return line + "failed: " + row.failed + "\n";
  if (!row.outcome) return line + "skipped: " + row.skipped + "\n";
  if (row.outcome->best) {
    const LossFreeTrial& best = *row.outcome->best;
    line +=
        fmt::format("{:>9.3f}{:>9.1f}{:>9.1f}{:>10.1f}", best.rate / 1e6, best.latency_ns.p50 / 1e3,
                    best.latency_ns.p99 / 1e3, best.latency_ns.p999 / 1e3);
  } else {
    line += fmt::format("{:>9}{:>9}{:>9}{:>10}", "none", "-", "-", "-");
  }
  line += fmt::format("{:>8}{:>13}  {}", row.outcome->trials.size(),
                      round_trip_text(row.round_trip_before_ns, row.round_trip_after_ns),
                      bound_text(*row.outcome));
  return line + (row.oversubscribed ? ", oversubscribed\n" : "\n");
}

Json to_json(const LossFreeTrial& trial) {
  return {{"rate", trial.rate},           {"verdict", to_string(verdict_of(trial))},
          {"sent_rate", trial.sent_rate}, {"offered", trial.offered},
          {"delivered", trial.delivered}, {"latency_ns", harness::to_json(trial.latency_ns)}};
}

Json to_json(const LossFreeRow& row) {
  Json json = {{"name", row.what.name()}};
  if (!row.failed.empty()) {
    json["failed"] = row.failed;
    return json;
  }
  if (!row.outcome) {
    json["skipped"] = row.skipped;
    return json;
  }
  const LossFreeOutcome& outcome = *row.outcome;
  json["loss_free_rate"] = outcome.best ? Json(outcome.best->rate) : Json(nullptr);
  json["bound"] = to_string(outcome.bound);
  json["above"] = outcome.above;
  json["oversubscribed"] = row.oversubscribed;
  json["others_share"] = row.others_share;
  json["round_trip_before_ns"] = row.round_trip_before_ns;
  json["round_trip_after_ns"] = row.round_trip_after_ns;
  json["trials"] = Json::array();
  for (const LossFreeTrial& trial : outcome.trials) json["trials"].push_back(to_json(trial));
  return json;
}

}  // namespace

std::string loss_free_table(const LossFreeResult& result) {
  std::string table =
      fmt::format("Highest rate without a loss in a trial of {:.1f} s, to within {:.0f} %\n",
                  result.trial_seconds, 100 * result.resolution) +
      traffic_line(result.traffic) + machine_line(result.machine);
  const std::size_t width = name_width(result.rows);
  table += fmt::format("{:<{}}{:>9}{:>9}{:>9}{:>10}{:>8}{:>13}  {}\n", "method/clients", width,
                       "Mpps", "p50 us", "p99 us", "p99.9 us", "trials", "line ns", "bounded by");
  double others = 0;
  for (const LossFreeRow& row : result.rows) {
    table += row_line(row, width);
    others = std::max(others, row.others_share);
  }
  return table + quiet_lines(others) +
         "us: from mp_wire's send to its capture, at that rate. A trial whose sender did not keep "
         "its\n"
         "rate is no evidence; when it is so twice, the sender is the bound.\n" +
         round_trip_explanation();
}

std::string loss_free_json(const LossFreeResult& result, const std::string& command) {
  Json document =
      forward_document("ringside.bench.loss-free/1", command, result.machine, result.traffic);
  document["trial_seconds"] = result.trial_seconds;
  document["resolution"] = result.resolution;
  document["cases"] = Json::array();
  for (const LossFreeRow& row : result.rows) document["cases"].push_back(to_json(row));
  return dump(document);
}

}  // namespace ringside::harness
