// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/forward_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "harness/bench/forward_json.hpp"
#include "harness/bench/loss_free.hpp"
#include "harness/report/json_parts.hpp"
#include "host/line_probe.hpp"

namespace ringside::harness {
namespace {

/// Share of the CPUs that others may take.
constexpr double kOthersMayTake = 0.1;

template <typename Figure>
std::vector<double> of_all(const ForwardRow& row, Figure&& figure) {
  std::vector<double> values;
  for (const ForwardSample& sample : row.samples) values.push_back(figure(sample));
  return values;
}

double dropped_share(const ForwardSample& sample) {
  const auto offered = static_cast<double>(sample.delivered + sample.dropped);
  return static_cast<double>(sample.dropped) / offered;
}

double client_spread(const ForwardSample& sample) {
  if (sample.by_client.size() < 2) return 0;
  const auto [least, most] = std::ranges::minmax(sample.by_client);
  const double sum = std::accumulate(sample.by_client.begin(), sample.by_client.end(), 0.0);
  return sum == 0 ? 0
                  : static_cast<double>(most - least) *
                        static_cast<double>(sample.by_client.size()) / sum;
}

Percentiles latency_of(const ForwardRow& row) {
  const auto of = [&](double Percentiles::*which) {
    return median(of_all(row, [=](const auto& s) { return s.latency_ns.*which; }));
  };
  return {of(&Percentiles::p50), of(&Percentiles::p99), of(&Percentiles::p999)};
}

/// Nothing stands where there is no figure.
std::string or_blank(const char* format, double value, bool there) {
  return there ? fmt::format(fmt::runtime(format), value) : "-";
}

/// Taken at one speed of the machine.
bool comparable(const ForwardSample& a, const ForwardSample& b) {
  if (!a.knows_speed() && !b.knows_speed()) return true;
  return a.is_steady() && b.is_steady() && host::same_speed(a.round_trip_ns(), b.round_trip_ns());
}

std::string ratio_text(const std::optional<Ratio>& ratio) {
  return ratio ? fmt::format("{:.2f}x ({})", ratio->median, ratio->rounds) : "-";
}

std::string row_line(const ForwardRow& row, const ForwardResult& result) {
  if (!row.skipped.empty()) {
    return fmt::format("{:<32}skipped: {}\n", row.what.name(), row.skipped);
  }
  if (row.samples.empty()) return fmt::format("{:<32}failed: {}\n", row.what.name(), row.failed);
  const ForwardFigures figures = figures_of(row);
  std::string line = fmt::format(
      "{:<32}{:>8.2f}{:>20}{:>13}{:>9.1f}{:>8.1f}%{:>5.0f}%{:>8.1f}%{:>9}", row.what.name(),
      figures.mpps, fmt::format("{:.2f} ... {:.2f}", figures.mpps_min, figures.mpps_max),
      ratio_text(ratio_of(row, reference_of(result))), figures.cpu_ns_per_packet,
      100 * figures.dropped_share, 100 * figures.fullest_ring, 100 * figures.client_spread,
      or_blank("{:.2f}", figures.packets_per_round_trip, figures.packets_per_round_trip > 0));
  if (result.traffic.ports == PortKind::kRing) {
    line += fmt::format("{:>9.1f}{:>9.1f}{:>9.1f}", figures.latency_ns.p50 / 1e3,
                        figures.latency_ns.p99 / 1e3, figures.latency_ns.p999 / 1e3);
  }
  const std::string remark = remark_on(row, result.rate);
  return line + (remark.empty() ? "" : "  ") + remark + "\n";
}

std::string explanations(const ForwardResult& result) {
  std::string text = fmt::format(
      "ratio: to {}, the median of the ratios within a round, of so many rounds in which both were "
      "taken at one speed\n"
      "of the machine. ring: the fullest one. clients: how far apart they are, most - least over "
      "mean. /trip: packets in\n"
      "the time that a cache line takes between the two CPUs and back. oversubscribed: more busy "
      "processes than CPUs.\n"
      "lines: no packets, but a cache line of each to the other CPU and back: no hand-over is "
      "faster. floor: none at all.\n",
      reference_of(result).what.name());
  if (result.traffic.ports == PortKind::kRing) {
    text +=
        "us: from mp_wire's send to its capture, of delivered packets. CPU: of server and "
        "clients.\n";
  }
  return text;
}

Json sample_json(const ForwardSample& sample, PortKind ports) {
  Json json = {{"seconds", sample.seconds},
               {"delivered", sample.delivered},
               {"dropped", sample.dropped},
               {"cpu_seconds", sample.cpu_seconds},
               {"by_client", sample.by_client},
               {"fullest_ring", sample.fullest_ring},
               {"others_share", sample.others_share},
               {"round_trip_before_ns", sample.round_trip_before_ns},
               {"round_trip_after_ns", sample.round_trip_after_ns},
               {"packets_per_round_trip", sample.packets_per_round_trip()},
               {"discarded", sample.discarded}};
  if (ports == PortKind::kRing) {
    json["offered_rate"] = sample.offered_rate;
    json["latency_ns"] = to_json(sample.latency_ns);
  }
  return json;
}

Json row_json(const ForwardRow& row, const ForwardResult& result) {
  Json json = {{"name", row.what.name()}};
  if (!row.skipped.empty()) {
    json["skipped"] = row.skipped;
    return json;
  }
  if (!row.failed.empty()) json["failed"] = row.failed;
  if (row.samples.empty()) return json;
  const ForwardFigures figures = figures_of(row);
  json["mpps"] = figures.mpps;
  json["mpps_min"] = figures.mpps_min;
  json["mpps_max"] = figures.mpps_max;
  const std::optional<Ratio> ratio = ratio_of(row, reference_of(result));
  json["ratio"] = ratio ? Json(ratio->median) : Json();
  json["ratio_rounds"] = ratio ? ratio->rounds : 0;
  json["cpu_ns_per_packet"] = figures.cpu_ns_per_packet;
  json["dropped_share"] = figures.dropped_share;
  json["fullest_ring"] = figures.fullest_ring;
  json["client_spread"] = figures.client_spread;
  json["others_share"] = figures.others_share;
  json["packets_per_round_trip"] = figures.packets_per_round_trip;
  json["oversubscribed"] = row.oversubscribed;
  if (result.traffic.ports == PortKind::kRing) {
    json["offered_rate"] = figures.offered_rate;
    json["latency_ns"] = to_json(figures.latency_ns);
  }
  json["samples"] = Json::array();
  for (const ForwardSample& sample : row.samples) {
    json["samples"].push_back(sample_json(sample, result.traffic.ports));
  }
  return json;
}

}  // namespace

ForwardFigures figures_of(const ForwardRow& row) {
  const std::vector<double> mpps = of_all(row, [](const auto& s) { return s.mpps(); });
  const std::vector<double> rings = of_all(row, [](const auto& s) { return s.fullest_ring; });
  const std::vector<double> others = of_all(row, [](const auto& s) { return s.others_share; });
  ForwardFigures figures;
  figures.mpps = median(mpps);
  figures.mpps_min = std::ranges::min(mpps);
  figures.mpps_max = std::ranges::max(mpps);
  figures.cpu_ns_per_packet =
      median(of_all(row, [](const auto& s) { return s.cpu_ns_per_packet(); }));
  figures.dropped_share = median(of_all(row, dropped_share));
  figures.fullest_ring = std::ranges::max(rings);
  figures.others_share = std::ranges::max(others);
  figures.client_spread = median(of_all(row, client_spread));
  figures.packets_per_round_trip =
      median(of_all(row, [](const auto& s) { return s.packets_per_round_trip(); }));
  figures.offered_rate = median(of_all(row, [](const auto& s) { return s.offered_rate; }));
  figures.latency_ns = latency_of(row);
  for (const ForwardSample& sample : row.samples) {
    figures.discarded += sample.discarded;
    figures.unsteady += sample.is_steady() ? 0 : 1;
  }
  return figures;
}

std::optional<Ratio> ratio_of(const ForwardRow& row, const ForwardRow& reference) {
  std::vector<double> ratios;
  const std::size_t rounds = std::min(row.samples.size(), reference.samples.size());
  for (std::size_t i = 0; i < rounds; ++i) {
    if (!comparable(row.samples[i], reference.samples[i])) continue;
    ratios.push_back(row.samples[i].mpps() / reference.samples[i].mpps());
  }
  if (ratios.empty()) return std::nullopt;
  return Ratio{median(ratios), ratios.size()};
}

const ForwardRow& reference_of(const ForwardResult& result) {
  const auto measured = [](const ForwardRow& row) { return !row.samples.empty(); };
  const auto classic = std::ranges::find_if(result.rows, [&](const ForwardRow& row) {
    return measured(row) && row.what.method == ForwardMethod::kClassic && row.what.clients == 1;
  });
  if (classic != result.rows.end()) return *classic;
  const auto hands_over = std::ranges::find_if(result.rows, [&](const ForwardRow& row) {
    return measured(row) && row.what.client_processes() > 0;
  });
  if (hands_over != result.rows.end()) return *hands_over;
  return *std::ranges::find_if(result.rows, measured);
}

std::string remark_on(const ForwardRow& row, std::optional<double> rate) {
  std::vector<std::string> remarks;
  const ForwardFigures figures = figures_of(row);
  if (row.oversubscribed) remarks.push_back("oversubscribed");
  if (!row.failed.empty()) {
    remarks.push_back(fmt::format("failed in round {}: {}", row.samples.size() + 1, row.failed));
  }
  if (rate && figures.offered_rate < kKeptRate * *rate) {
    remarks.push_back(fmt::format("offered only {:.0f}/s", figures.offered_rate));
  }
  if (figures.unsteady > 0) {
    remarks.push_back(fmt::format("{} of {} while the machine changed its speed", figures.unsteady,
                                  row.samples.size()));
  }
  return fmt::format("{}", fmt::join(remarks, ", "));
}

std::string traffic_line(const ForwardTraffic& traffic) {
  if (traffic.ports == PortKind::kNull) return "null ports, frames of zeros\n";
  const std::string file = std::filesystem::path(traffic.capture).filename();
  if (traffic.ports == PortKind::kPcap) {
    return fmt::format("pcap port, {} over and over (out by a null port)\n", file);
  }
  return fmt::format("ring ports, {} over and over\n", file);
}

std::string machine_line(const MachineFacts& machine) {
  std::string line;
  for (const auto& [name, value] : machine) {
    line += fmt::format("{}{}: {}", line.empty() ? "" : ", ", name, value);
  }
  return line + "\n";
}

std::string quiet_lines(double others_share) {
  if (others_share <= kOthersMayTake) return "";
  return fmt::format(
      "Not quiet: other programs took up to {:.0f} % of the CPUs meanwhile. Spinning processes "
      "that\n"
      "share a CPU with others tell little of themselves.\n",
      100 * others_share);
}

std::string forward_table(const ForwardResult& result) {
  std::string table =
      fmt::format("Mpps delivered, medians of {} rounds{}\n", reference_of(result).samples.size(),
                  result.rate ? fmt::format(", {:.0f} packets/s offered", *result.rate) : "") +
      traffic_line(result.traffic) + machine_line(result.machine);
  table += fmt::format("{:<32}{:>8}{:>20}{:>13}{:>9}{:>9}{:>6}{:>9}{:>9}", "method/clients", "Mpps",
                       "min ... max", "ratio", "CPU ns", "dropped", "ring", "clients", "/trip");
  if (result.traffic.ports == PortKind::kRing) {
    table += fmt::format("{:>9}{:>9}{:>9}", "p50 us", "p99 us", "p99.9 us");
  }
  table += "\n";
  double others = 0;
  for (const ForwardRow& row : result.rows) {
    table += row_line(row, result);
    if (!row.samples.empty()) others = std::max(others, figures_of(row).others_share);
  }
  return table + quiet_lines(others) + explanations(result);
}

std::string forward_json(const ForwardResult& result, const std::string& command) {
  Json cases = Json::array();
  for (const ForwardRow& row : result.rows) cases.push_back(row_json(row, result));
  Json document =
      forward_document("ringside.bench.forward/2", command, result.machine, result.traffic);
  if (result.rate) document["traffic"]["rate"] = *result.rate;
  document["reference"] = reference_of(result).what.name();
  document["cases"] = std::move(cases);
  return dump(document);
}

}  // namespace ringside::harness
