// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/ring_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace ringside::harness {
namespace {

/// Share of its time; ringside_ring_bench takes samples with more of it again while it may.
constexpr double kNotableCpuLost = 0.01;
constexpr const char* kOtherSpeedNote = "the machine was at another speed";

/// A case and its figures.
struct Line {
  const RingRow* row;
  const RingFigures* figures;
  double ns() const { return figures->median.ns; }
};

bool is_usual_call(const RingRow& row) {
  return row.size == 1024 && row.verb == "bulk" && row.copy == "copy" && row.count == 32;
}
bool is_plain(const RingRow& row) {
  return row.mode == "sp-sc" && row.topology == "1:1";
}

/// Cases that a table wants and that have figures, those which can be compared with each other: one
/// thread, or taken in the usual regime.
struct Picked {
  std::vector<Line> lines;
  unsigned left_out = 0;  ///< for the regime
};
Picked pick(const RingResults& results, const RingSummary& summary,
            const std::function<bool(const RingRow&)>& wanted) {
  Picked picked;
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    const RingFigures& figures = summary.rows[i];
    if (figures.samples == 0 || !wanted(results.rows[i])) continue;
    const bool comparable = figures.regime == -1 || figures.regime == summary.usual_regime;
    if (comparable) {
      picked.lines.push_back({&results.rows[i], &figures});
    } else {
      ++picked.left_out;
    }
  }
  return picked;
}

/// A table under its head; nothing without rows.
std::string titled(const std::string& head, const std::string& rows, unsigned left_out) {
  if (rows.empty()) return rows;
  std::string note;
  if (left_out > 0) {
    note = fmt::format("  left out: {} case{}, see \"{}\" above\n", left_out,
                       left_out == 1 ? "" : "s", kOtherSpeedNote);
  }
  return head + rows + note;
}

/// The lines in groups of the same `key`, in the order in which the keys come first.
std::vector<std::vector<Line>> group_by(const std::vector<Line>& lines,
                                        const std::function<std::string(const RingRow&)>& key) {
  std::vector<std::vector<Line>> groups;
  for (const Line& line : lines) {
    const auto same = std::ranges::find_if(
        groups, [&](const auto& group) { return key(*group[0].row) == key(*line.row); });
    if (same == groups.end()) {
      groups.push_back({line});
    } else {
      same->push_back(line);
    }
  }
  return groups;
}

/// "-" where a placement has no such figure.
std::string number(double value, int digits = 0) {
  return value > 0 ? fmt::format("{:.{}f}", value, digits) : "-";
}

std::string latency_text(const Percentiles& latency) {
  return fmt::format("{:>8} {:>8} {:>8}", number(latency.p50), number(latency.p99),
                     number(latency.p999));
}

std::string notes_of(const RingRow& row, const RingFigures& figures, const RingSummary& summary) {
  std::string notes = row.label.empty() ? "" : "  " + row.label;
  if (row.placement == "oversubscribed" && figures.samples > 0) {
    notes += fmt::format(", preempted {:.0f} times", figures.median.preempted);
  }
  if (figures.regime >= 0 && figures.regime != summary.usual_regime) {
    notes += fmt::format("  ({})", kOtherSpeedNote);
  }
  if (figures.median.cpu_lost > kNotableCpuLost) {
    notes += fmt::format("  (others had {:.0f} % of a CPU)", 100 * figures.median.cpu_lost);
  }
  if (!row.problem.empty()) notes += "  " + row.problem;
  return notes;
}

std::string case_line(const RingRow& row, const RingFigures& figures, const RingSummary& summary,
                      std::size_t width) {
  const std::string notes = notes_of(row, figures, summary);
  if (figures.samples == 0) return fmt::format("{:<{}}{}\n", row.name, width, notes);
  const RingSample& all = figures.median;
  // One sample has no spread.
  const std::string spread =
      figures.samples > 1 ? fmt::format("{:.0f}%", 100 * figures.spread) : "-";
  const std::string counted = fmt::format("{} of {}", figures.samples, row.samples.size());
  return fmt::format("{:<{}}{:>9.2f}{:>9}{:>7}{:>9.1f}{:>10.1f}  {}  {}{:>12}{:>8}{}\n", row.name,
                     width, all.ns, counted, spread, all.cycles, 1000 / all.ns,
                     latency_text(all.hand_over), latency_text(all.queued),
                     number(all.round_trip_ns), number(all.round_trip_ns / all.ns, 1), notes);
}

std::string all_cases(const RingResults& results, const RingSummary& summary) {
  std::size_t width = 0;
  unsigned discarded = 0;
  for (const RingRow& row : results.rows) width = std::max(width, row.name.size());
  std::string text = fmt::format(
      "{:<{}}{:>9}{:>9}{:>7}{:>9}{:>10}  {:^26}  {:^26}{:>20}\n"
      "{:<{}}{:>9}{:>9}{:>7}{:>9}{:>10}  {:>8} {:>8} {:>8}  {:>8} {:>8} {:>8}{:>12}{:>8}\n",
      "", width, "ns/", "samples", "", "cycles/", "million/", "hand-over, ns", "queued, ns",
      "cache line", "case", width, "element", "counted", "spread", "element", "s", "p50", "p99",
      "p99.9", "p50", "p99", "p99.9", "there+back", "in it");
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    text += case_line(results.rows[i], summary.rows[i], summary, width);
    discarded += summary.rows[i].median.discarded;
  }
  return text + fmt::format("samples discarded and taken again: {}\n", discarded);
}

std::string header(const RingResults& results, const RingSummary& summary) {
  std::string text;
  for (const auto& [name, value] : results.context) {
    text += fmt::format("{:<12}{}\n", name, value);
  }
  for (std::size_t i = 0; i < summary.regime_ns.size(); ++i) {
    const bool usual = static_cast<int>(i) == summary.usual_regime;
    text += fmt::format("{:<12}{:.0f} ns{}\n", i == 0 ? "cache line" : "", summary.regime_ns[i],
                        usual ? ", there and back between two CPUs" : ", at another speed");
  }
  return text;
}

const Line* find_reference(const std::vector<Line>& lines) {
  const auto found =
      std::ranges::find_if(lines, [](const Line& line) { return is_usual_call(*line.row); });
  return found == lines.end() ? nullptr : &*found;
}

std::string call_text(const RingRow& row) {
  if (row.verb == "single") return row.verb;
  const char* how = row.copy == "zero-copy" ? ", zero-copy" : "";
  return fmt::format("{} of {}{}", row.verb, row.count, how);
}

}  // namespace

std::string modes_table(const RingResults& results, const RingSummary& summary) {
  const Picked picked = pick(results, summary, is_usual_call);
  const auto groups = group_by(
      picked.lines, [](const RingRow& row) { return row.placement + ", " + row.topology; });
  std::string text;
  for (auto group : groups) {
    if (group.size() < 2) continue;
    std::ranges::stable_sort(group, {}, &Line::ns);
    text += fmt::format("  {:<22}", group[0].row->placement + ", " + group[0].row->topology);
    for (const Line& line : group) {
      text += fmt::format("  {} {:.2f} ({:.2f} x)", line.row->mode, line.ns(),
                          line.ns() / group[0].ns());
    }
    text += '\n';
  }
  return titled("Modes, fastest first: ns for an element, ring of 1024, bulks of 32\n", text,
                picked.left_out);
}

std::string sizes_table(const RingResults& results, const RingSummary& summary) {
  const Picked picked = pick(results, summary, [](const RingRow& row) {
    return is_plain(row) && row.verb == "bulk" && row.copy == "copy" && row.count == 32 &&
           row.placement != "oversubscribed";
  });
  const auto groups = group_by(picked.lines, [](const RingRow& row) { return row.placement; });
  std::string text;
  for (auto group : groups) {
    if (group.size() < 2) continue;
    std::ranges::stable_sort(group, {}, [](const Line& line) { return line.row->size; });
    text += fmt::format("  {:<12}{:>8}{:>9}{:>10}{:>12}{:>12}\n", group[0].row->placement, "size",
                        "ns", "refused", "queued p50", "queued p99");
    for (const Line& line : group) {
      const RingSample& all = line.figures->median;
      const bool crosses = line.row->placement != "one-thread";
      text += fmt::format("  {:<12}{:>8}{:>9.2f}{:>10}{:>12}{:>12}\n", "", line.row->size, all.ns,
                          crosses ? fmt::format("{:.0f} %", 100 * all.refused) : "-",
                          number(all.queued.p50), number(all.queued.p99));
    }
  }
  return titled(
      "Ring size: SP/SC, one producer, one consumer, bulks of 32. Refused: elements that found "
      "the ring full\nand had to be offered again; whoever drops instead loses those\n",
      text, picked.left_out);
}

std::string calls_table(const RingResults& results, const RingSummary& summary) {
  const Picked picked = pick(results, summary, [](const RingRow& row) {
    return is_plain(row) && row.size == 1024 && row.placement != "oversubscribed";
  });
  const auto groups = group_by(picked.lines, [](const RingRow& row) { return row.placement; });
  std::string text;
  for (const auto& group : groups) {
    const Line* reference = find_reference(group);
    if (group.size() < 2 || reference == nullptr) continue;
    text += fmt::format("  {:<12}{:<26}{:>9}{:>16}\n", group[0].row->placement, "call", "ns",
                        "x bulk of 32");
    for (const Line& line : group) {
      text += fmt::format("  {:<12}{:<26}{:>9.2f}{:>16.2f}\n", "", call_text(*line.row), line.ns(),
                          line.ns() / reference->ns());
    }
  }
  return titled("Calls: ns for an element, SP/SC, ring of 1024\n", text, picked.left_out);
}

std::string ring_tables(const RingResults& results) {
  const RingSummary summary = summarize(results);
  std::string text = header(results, summary) + '\n' + all_cases(results, summary);
  for (const auto& table : {modes_table, sizes_table, calls_table}) {
    const std::string one = table(results, summary);
    if (!one.empty()) text += '\n' + one;
  }
  return text;
}

}  // namespace ringside::harness
