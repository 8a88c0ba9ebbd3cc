// SPDX-License-Identifier: BSD-3-Clause
// What `ringside perf ab` says: text, Markdown, JSON.
#include <fmt/format.h>

#include <algorithm>

#include "core/statistics.hpp"
#include "harness/perf/ab.hpp"
#include "harness/report/json_parts.hpp"

namespace ringside::harness::perf {
namespace {

/// The words of a row, the same in text and Markdown.
struct Cells {
  std::string name, base, head, change, bounds, verdict;
};

std::string signed_percent(double log_ratio) {
  return fmt::format("{:+.2f} %", percent(log_ratio));
}

/// Median nanoseconds for one element.
double per_element(const std::vector<double>& samples, const AbRow& row) {
  return median(samples) / static_cast<double>(row.rounds * row.elements);
}

Cells cells_of(const AbRow& row) {
  Cells cells{row.program + "/" + row.benchmark, "-", "-", "-", "-", ""};
  if (!row.missing.empty()) {
    cells.verdict = "not in " + row.missing;
    return cells;
  }
  // The last batch decides; the first one may have been a false alarm.
  const Batch& batch = row.comparison.batches.back();
  if (!batch.base.empty()) {
    cells.base = fmt::format("{:.3f}", per_element(batch.base, row));
    cells.head = fmt::format("{:.3f}", per_element(batch.head, row));
  }
  if (const auto& bounds = row.comparison.bounds.back()) {
    cells.change = signed_percent(bounds->median);
    cells.bounds =
        fmt::format("{} ... {}", signed_percent(bounds->lower), signed_percent(bounds->upper));
  }
  cells.verdict = to_text(row.comparison.verdict);
  return cells;
}

/// "" or what was thrown away.
std::string disturbed_sentence(const AbReport& report) {
  std::size_t pieces = 0;
  Disturbance all;
  for (const AbRow& row : report.rows) {
    for (const Batch& batch : row.comparison.batches) {
      pieces += batch.disturbed;
      all += batch.disturbance;
    }
  }
  if (pieces == 0) return "";
  return fmt::format(
      "{} disturbed pieces were thrown away ({} ticks of steal time, {} involuntary context "
      "switches).",
      pieces, all.steal_ticks, all.switches);
}

std::string how_sentence(const AbReport& report) {
  const AbSettings& settings = report.settings;
  return fmt::format(
      "{} pairs of {:g} ms each in {} pieces in turns, bounds of the median with {:g} % "
      "confidence, threshold {:g} "
      "%, alarms confirmed by a second batch (seed {}, {:.0f} s).",
      settings.plan.pairs, settings.selection.sample_ns / 1e6, settings.plan.pieces,
      100 * (1 - settings.rule.alpha), 100 * settings.rule.threshold, settings.seed,
      report.duration_s);
}

std::string summary(const AbReport& report) {
  return fmt::format("{} worse, {} better, {} same, {} too noisy to say",
                     report.count(Verdict::kWorse), report.count(Verdict::kBetter),
                     report.count(Verdict::kSame), report.count(Verdict::kTooNoisy));
}

Json batch_json(const Batch& batch, const std::optional<MedianBounds>& bounds) {
  Json json = {{"base_ns", batch.base},
               {"head_ns", batch.head},
               {"log_ratios", batch.log_ratios},
               {"disturbed", batch.disturbed},
               {"steal_ticks", batch.disturbance.steal_ticks},
               {"switches", batch.disturbance.switches},
               {"bounds", nullptr}};
  if (bounds) {
    json["bounds"] = {
        {"lower", bounds->lower}, {"median", bounds->median}, {"upper", bounds->upper}};
  }
  return json;
}

Json row_json(const AbRow& row) {
  Json json = {{"program", row.program}, {"benchmark", row.benchmark}};
  if (!row.missing.empty()) {
    json["missing_in"] = row.missing;
    return json;
  }
  json["verdict"] = to_text(row.comparison.verdict);
  json["elements"] = row.elements;
  json["rounds"] = row.rounds;
  json["batches"] = Json::array();
  for (std::size_t i = 0; i < row.comparison.batches.size(); ++i) {
    json["batches"].push_back(batch_json(row.comparison.batches[i], row.comparison.bounds[i]));
  }
  return json;
}

}  // namespace

std::string to_text(const AbReport& report) {
  std::vector<Cells> rows{{"benchmark", "base ns", "head ns", "change", "bounds", "verdict"}};
  for (const AbRow& row : report.rows) rows.push_back(cells_of(row));
  std::size_t width = 0;
  for (const Cells& cells : rows) width = std::max(width, cells.name.size());
  std::string text = fmt::format("base  {}\nhead  {}\non    {}\n\n", report.base.label,
                                 report.head.label, to_text(report.machine));
  for (const Cells& cells : rows) {
    text += fmt::format("{:<{}}  {:>9}  {:>9}  {:>10}  {:>23}  {}\n", cells.name, width, cells.base,
                        cells.head, cells.change, cells.bounds, cells.verdict);
  }
  text += fmt::format("\n{}\n{}\n", summary(report), how_sentence(report));
  const std::string disturbed = disturbed_sentence(report);
  return disturbed.empty() ? text : text + disturbed + "\n";
}

std::string to_markdown(const AbReport& report) {
  std::string text = fmt::format(
      "**{}**: {} against {}\n\n"
      "| benchmark | base ns | head ns | change | bounds | verdict |\n"
      "|---|---:|---:|---:|---:|---|\n",
      summary(report), report.head.label, report.base.label);
  for (const AbRow& row : report.rows) {
    const Cells cells = cells_of(row);
    const bool alarm = row.missing.empty() && is_alarm(row.comparison.verdict);
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", cells.name, cells.base, cells.head,
                        cells.change, cells.bounds,
                        alarm ? "**" + cells.verdict + "**" : cells.verdict);
  }
  return text + fmt::format("\nTime for a packet. {} {}\n\n{}\n", how_sentence(report),
                            disturbed_sentence(report), to_text(report.machine));
}

std::string to_json(const AbReport& report) {
  const AbSettings& settings = report.settings;
  Json json = {{"schema", "ringside.perf-ab/1"},
               {"version", report.version},
               {"base", report.base.label},
               {"head", report.head.label},
               {"machine",
                {{"cpu", report.machine.cpu},
                 {"cores", report.machine.cores},
                 {"kernel", report.machine.kernel},
                 {"dpdk", report.machine.dpdk}}},
               {"threshold", settings.rule.threshold},
               {"alpha", settings.rule.alpha},
               {"pairs", settings.plan.pairs},
               {"seed", settings.seed},
               {"duration_s", report.duration_s},
               {"benchmarks", Json::array()}};
  for (const AbRow& row : report.rows) json["benchmarks"].push_back(row_json(row));
  return dump(json);
}

}  // namespace ringside::harness::perf
