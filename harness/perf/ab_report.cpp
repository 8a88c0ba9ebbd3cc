// SPDX-License-Identifier: BSD-3-Clause
// What `ringside perf ab` says: text, Markdown, JSON.
#include <fmt/format.h>

#include <algorithm>

#include "core/statistics.hpp"
#include "harness/perf/ab.hpp"
#include "harness/perf/machine_json.hpp"

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
  if (!row.skipped.empty()) {
    cells.verdict = row.skipped;
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
  std::size_t pieces = 0, unsteady = 0;
  Disturbance all;
  for (const AbRow& row : report.rows) {
    for (const Batch& batch : row.comparison.batches) {
      pieces += batch.disturbed;
      unsteady += batch.unsteady;
      all += batch.disturbance;
    }
  }
  if (pieces == 0) return "";
  return fmt::format(
      "{} disturbed pieces were thrown away ({} ticks of steal time, {} involuntary context "
      "switches{}).",
      pieces, all.steal_ticks, all.switches,
      unsteady == 0
          ? ""
          : fmt::format("; in {} a cache line's time between the CPUs changed", unsteady));
}

/// "" or what was left out of the benchmarks that cross CPUs.
std::string other_speeds_sentence(const AbReport& report) {
  std::size_t pairs = 0;
  for (const AbRow& row : report.rows) {
    for (const Batch& batch : row.comparison.batches) pairs += batch.other_speeds;
  }
  if (pairs == 0) return "";
  return fmt::format(
      "{} pairs were left out because a cache line took another time between the CPUs.", pairs);
}

std::string how_sentence(const AbReport& report) {
  const AbSettings& settings = report.settings;
  return fmt::format(
      "{} pairs of {:g} ms each in {} pieces in turns, bounds of the median with {:.10g} % "
      "confidence, threshold {:g} "
      "%, alarms confirmed by a second batch; between CPUs {} pairs in one piece (seed {}, {:.0f} "
      "s).",
      settings.plan.pairs, settings.selection.sample_ns / 1e6, settings.plan.pieces,
      100 * (1 - settings.rule.alpha), 100 * settings.rule.threshold,
      across_cpus(settings.plan).pairs, settings.seed, report.duration_s);
}

bool takes_more_instructions(const AbRow& row) {
  return row.instructions && judge(*row.instructions) == Verdict::kWorse;
}

std::string summary(const AbReport& report) {
  const auto more = std::ranges::count_if(report.rows, takes_more_instructions);
  return fmt::format(
      "{} worse, {} better, {} same, {} too noisy to say{}", report.count(Verdict::kWorse),
      report.count(Verdict::kBetter), report.count(Verdict::kSame),
      report.count(Verdict::kTooNoisy),
      more == 0 ? "" : fmt::format("; {} take{} more instructions", more, more == 1 ? "s" : ""));
}

std::string regressions_sentence(const AbReport& report) {
  std::vector<Regression> regressions;
  for (const AbRow& row : report.rows) {
    if (!row.is_regression()) continue;
    regressions.push_back({fmt::format("{}/{}", row.program, row.benchmark), row.comparison.verdict,
                           cells_of(row).change, row.instructions});
  }
  return perf::regressions_sentence(regressions);
}

/// Of a row that has instructions, or should have.
struct InstructionCells {
  std::string name, base, head, change, verdict;
};

InstructionCells instruction_cells(const AbRow& row) {
  if (!row.instructions) {
    return {row.program + "/" + row.benchmark, "-", "-", "-", "not counted: " + row.not_counted};
  }
  const auto [base, head] = *row.instructions;
  return {row.program + "/" + row.benchmark, fmt::format("{:.2f}", base),
          fmt::format("{:.2f}", head), instruction_change(*row.instructions),
          std::string(instructions_text(*row.instructions))};
}

std::vector<InstructionCells> all_instruction_cells(const AbReport& report) {
  std::vector<InstructionCells> all;
  for (const AbRow& row : report.rows) {
    if (row.instructions || !row.not_counted.empty()) all.push_back(instruction_cells(row));
  }
  return all;
}

/// "" or why there is no table of instructions.
std::string not_counted_sentence(const AbReport& report) {
  if (report.not_counted.empty()) return "";
  return "Instructions were not counted: skipped, " + report.not_counted + ".";
}

std::string uncommitted_sentence(const AbReport& report) {
  return report.uncommitted ? fmt::format("Attention: {}.", kUncommitted) : "";
}

/// Sentences; none when everything counted.
std::vector<std::string> what_was_left_out(const AbReport& report) {
  std::vector<std::string> sentences{uncommitted_sentence(report), disturbed_sentence(report),
                                     other_speeds_sentence(report), not_counted_sentence(report)};
  std::erase(sentences, "");
  return sentences;
}

Json batch_json(const Batch& batch, const std::optional<MedianBounds>& bounds) {
  Json json = {{"base_ns", batch.base},
               {"head_ns", batch.head},
               {"log_ratios", batch.log_ratios},
               {"disturbed", batch.disturbed},
               {"steal_ticks", batch.disturbance.steal_ticks},
               {"switches", batch.disturbance.switches},
               {"unsteady", batch.unsteady},
               {"round_trips_ns", batch.round_trips},
               {"other_speeds", batch.other_speeds},
               {"bounds", nullptr}};
  if (bounds) {
    json["bounds"] = {
        {"lower", bounds->lower}, {"median", bounds->median}, {"upper", bounds->upper}};
  }
  return json;
}

Json row_json(const AbRow& row) {
  Json json = {
      {"program", row.program}, {"benchmark", row.benchmark}, {"regression", row.is_regression()}};
  if (!row.skipped.empty()) {
    json["skipped"] = row.skipped;
    return json;
  }
  json["verdict"] = to_text(row.comparison.verdict);
  json["elements"] = row.elements;
  json["rounds"] = row.rounds;
  if (row.instructions) {
    json["instructions"] = {{"base", row.instructions->base},
                            {"head", row.instructions->head},
                            {"verdict", instructions_text(*row.instructions)}};
  }
  if (!row.not_counted.empty()) json["instructions_skipped"] = row.not_counted;
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
  for (const std::string& sentence : what_was_left_out(report)) text += sentence + "\n";
  const auto counted = all_instruction_cells(report);
  if (!counted.empty()) {
    text += fmt::format("\n{:<{}}  {:>9}  {:>9}  {:>10}\n", "instructions for a packet", width,
                        "base", "head", "change");
  }
  for (const InstructionCells& cells : counted) {
    text += fmt::format("{:<{}}  {:>9}  {:>9}  {:>10}  {}\n", cells.name, width, cells.base,
                        cells.head, cells.change, cells.verdict);
  }
  const std::string regressions = regressions_sentence(report);
  if (!regressions.empty()) text += "\n" + regressions + "\n";
  return text;
}

std::string to_markdown(const AbReport& report) {
  std::string text = fmt::format(
      "**{}**: {} against {}\n\n"
      "| benchmark | base ns | head ns | change | bounds | verdict |\n"
      "|---|---:|---:|---:|---:|---|\n",
      summary(report), report.head.label, report.base.label);
  for (const AbRow& row : report.rows) {
    const Cells cells = cells_of(row);
    const bool alarm = row.skipped.empty() && is_alarm(row.comparison.verdict);
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", cells.name, cells.base, cells.head,
                        cells.change, cells.bounds,
                        alarm ? "**" + cells.verdict + "**" : cells.verdict);
  }
  const auto counted = all_instruction_cells(report);
  if (!counted.empty()) {
    text += "\n| instructions for a packet | base | head | change | |\n|---|---:|---:|---:|---|\n";
  }
  for (const InstructionCells& cells : counted) {
    text +=
        fmt::format("| `{}` | {} | {} | {} | {} |\n", cells.name, cells.base, cells.head,
                    cells.change, cells.verdict == "same" ? "same" : "**" + cells.verdict + "**");
  }
  text += "\nTime for a packet. " + how_sentence(report);
  for (const std::string& sentence : what_was_left_out(report)) text += " " + sentence;
  const std::string regressions = regressions_sentence(report);
  if (!regressions.empty()) text += fmt::format("\n\n**{}**", regressions);
  return text + fmt::format("\n\n{}\n", to_text(report.machine));
}

std::string to_json(const AbReport& report) {
  const AbSettings& settings = report.settings;
  Json json = {{"schema", "ringside.perf-ab/1"},
               {"version", report.version},
               {"base", report.base.label},
               {"head", report.head.label},
               {"base_git", report.base.git},
               {"head_git", report.head.git},
               {"uncommitted_changes", report.uncommitted},
               {"machine", machine_json(report.machine)},
               {"cpu", report.cpu},
               {"clients_cpu", nullptr},
               {"threshold", settings.rule.threshold},
               {"alpha", settings.rule.alpha},
               {"pairs", settings.plan.pairs},
               {"pieces", settings.plan.pieces},
               {"sample_ns", settings.selection.sample_ns},
               {"seed", settings.seed},
               {"duration_s", report.duration_s},
               {"instructions_skipped", report.not_counted},
               {"benchmarks", Json::array()}};
  if (report.far_cpu) json["clients_cpu"] = *report.far_cpu;
  for (const AbRow& row : report.rows) json["benchmarks"].push_back(row_json(row));
  return dump(json);
}

}  // namespace ringside::harness::perf
