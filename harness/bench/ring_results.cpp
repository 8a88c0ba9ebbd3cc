// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/ring_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/parse_number.hpp"
#include "host/line_probe.hpp"

namespace ringside::harness {
namespace {

constexpr const char* kContext[] = {"cpu_model", "usable_cpus", "governor", "kernel",
                                    "memory",    "dpdk",        "git",      "date"};

std::vector<std::string> split_at_slashes(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != text.npos; begin = end + 1) {
    end = text.find('/', begin);
    parts.push_back(text.substr(begin, end - begin));
  }
  return parts;
}

Percentiles read_latency(const nlohmann::json& run, const std::string& name) {
  return {run.value(name + "_p50_ns", 0.0), run.value(name + "_p99_ns", 0.0),
          run.value(name + "_p999_ns", 0.0)};
}

RingSample read_sample(const nlohmann::json& run) {
  RingSample sample;
  sample.ns = run.at("ns_per_element");
  sample.cycles = run.at("cycles_per_element");
  sample.refused = run.value("refused", 0.0);
  sample.hand_over = read_latency(run, "hand_over");
  sample.queued = read_latency(run, "queued");
  sample.round_trip_ns =
      (run.value("round_trip_before_ns", 0.0) + run.value("round_trip_after_ns", 0.0)) / 2;
  sample.discarded = static_cast<unsigned>(run.value("discarded", 0.0));
  sample.cpu_lost = run.value("cpu_lost", 0.0);
  sample.preempted = run.value("preempted", 0.0);
  return sample;
}

RingRow& row_of(RingResults& results, RingRow row) {
  const auto known = std::ranges::find(results.rows, row.name, &RingRow::name);
  return known != results.rows.end() ? *known : results.rows.emplace_back(std::move(row));
}

Status add_run(const nlohmann::json& run, RingResults& results) {
  auto parsed = parse_ring_name(run.at("name"));
  if (!parsed) return parsed.error();
  RingRow& row = row_of(results, *std::move(parsed));
  if (run.value("error_occurred", false)) {
    row.problem = run.value("error_message", "no reason given");
    return Done{};
  }
  row.label = run.value("label", "");
  row.samples.push_back(read_sample(run));
  if (!(row.samples.back().ns > 0) || !(run.value("items_per_second", 0.0) > 0)) {
    return Error{fmt::format("{} moved no elements", row.name), ExitCode::kInternal};
  }
  return Done{};
}

/// The median of one figure over the samples that count.
template <typename Figure>
double middle(const std::vector<RingSample>& samples, Figure&& figure) {
  std::vector<double> values;
  for (const RingSample& sample : samples) values.push_back(figure(sample));
  return median(std::move(values));
}

Percentiles middle_latency(const std::vector<RingSample>& samples, Percentiles RingSample::*which) {
  const auto of = [&](double Percentiles::*figure) {
    return middle(samples, [=](const RingSample& sample) { return sample.*which.*figure; });
  };
  return {of(&Percentiles::p50), of(&Percentiles::p99), of(&Percentiles::p999)};
}

RingFigures figures_of(const std::vector<RingSample>& samples, int regime) {
  RingFigures figures;
  figures.samples = static_cast<unsigned>(samples.size());
  figures.regime = regime;
  RingSample& all = figures.median;
  all.ns = middle(samples, [](const auto& s) { return s.ns; });
  all.cycles = middle(samples, [](const auto& s) { return s.cycles; });
  all.refused = middle(samples, [](const auto& s) { return s.refused; });
  all.round_trip_ns = middle(samples, [](const auto& s) { return s.round_trip_ns; });
  all.preempted = middle(samples, [](const auto& s) { return s.preempted; });
  all.hand_over = middle_latency(samples, &RingSample::hand_over);
  all.queued = middle_latency(samples, &RingSample::queued);
  std::vector<double> times;
  for (const RingSample& sample : samples) times.push_back(sample.ns);
  figures.spread = relative_spread(times);
  return figures;
}

/// The number that occurs most often; of several the smallest, -1 (no regime) not counted unless it
/// is the only one.
int most_frequent(const std::vector<int>& regimes) {
  std::map<int, int> counts;
  for (const int regime : regimes) {
    if (regime >= 0) ++counts[regime];
  }
  const auto most = std::ranges::max_element(
      counts, [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? -1 : most->first;
}

RingFigures summarize_row(const RingRow& row, const std::vector<int>& regimes, int usual) {
  const bool has_usual = std::ranges::find(regimes, usual) != regimes.end();
  const int regime = has_usual ? usual : most_frequent(regimes);
  std::vector<RingSample> counting;
  unsigned discarded = 0;
  double cpu_lost = 0;
  for (std::size_t i = 0; i < row.samples.size(); ++i) {
    discarded += row.samples[i].discarded;
    cpu_lost = std::max(cpu_lost, row.samples[i].cpu_lost);
    if (regimes[i] == regime) counting.push_back(row.samples[i]);
  }
  RingFigures figures = figures_of(counting, regime);
  figures.median.discarded = discarded;
  figures.median.cpu_lost = cpu_lost;
  return figures;
}

}  // namespace

Result<RingRow> parse_ring_name(const std::string& name) {
  const std::vector<std::string> parts = split_at_slashes(name);
  const Error other{fmt::format("\"{}\" is no name of a ring benchmark", name),
                    ExitCode::kInternal};
  if (parts.size() != 8 || parts[0] != "ring" || !parts[2].starts_with("size:")) return other;
  const auto size = parse_number<unsigned>(parts[2].substr(5));
  const auto count = parse_number<unsigned>(parts[5]);
  if (!size || !count) return other;
  RingRow row;
  row.name = name;
  row.mode = parts[1];
  row.size = *size;
  row.verb = parts[3];
  row.copy = parts[4];
  row.count = *count;
  row.topology = parts[6];
  row.placement = parts[7];
  return row;
}

Result<RingResults> read_ring_results(const std::string& text) {
  RingResults results;
  try {
    const auto json = nlohmann::json::parse(text);
    for (const char* name : kContext) {
      results.context.emplace_back(name, json.at("context").at(name).get<std::string>());
    }
    for (const auto& run : json.at("benchmarks")) {
      if (run.at("run_type") != "iteration") continue;
      if (Status added = add_run(run, results); !added) return added.error();
    }
  } catch (const nlohmann::json::exception& problem) {
    return Error{fmt::format("this is not what ringside_ring_bench writes: {}", problem.what()),
                 ExitCode::kInternal};
  }
  if (results.rows.empty()) return environment_error("ringside_ring_bench measured nothing");
  return results;
}

RingSummary summarize(const RingResults& results) {
  std::vector<double> round_trips;
  for (const RingRow& row : results.rows) {
    for (const RingSample& sample : row.samples) round_trips.push_back(sample.round_trip_ns);
  }
  const std::vector<int> regimes = groups_by_gap(round_trips, host::kOtherSpeed);
  RingSummary summary;
  summary.usual_regime = most_frequent(regimes);
  std::vector<std::vector<double>> members;
  for (std::size_t i = 0; i < regimes.size(); ++i) {
    if (regimes[i] < 0) continue;
    members.resize(std::max(members.size(), static_cast<std::size_t>(regimes[i]) + 1));
    members[static_cast<std::size_t>(regimes[i])].push_back(round_trips[i]);
  }
  for (const auto& regime : members) summary.regime_ns.push_back(median(regime));
  auto next = regimes.begin();
  for (const RingRow& row : results.rows) {
    const auto end = next + static_cast<std::ptrdiff_t>(row.samples.size());
    summary.rows.push_back(summarize_row(row, {next, end}, summary.usual_regime));
    next = end;
  }
  return summary;
}

}  // namespace ringside::harness
