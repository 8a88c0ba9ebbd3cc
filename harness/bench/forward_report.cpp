// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/forward_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/bench/forward_json.hpp"
#include "harness/bench/loss_free.hpp"
#include "harness/report/json_parts.hpp"
#include "host/line_probe.hpp"

namespace ringside::harness {
namespace {

/// Share of the CPUs that others may take.
constexpr double kOthersMayTake = 0.1;

/// Nothing stands where there is no figure.
std::string or_blank(const char* format, double value, bool there) {
  return there ? fmt::format(fmt::runtime(format), value) : "-";
}

std::string ratio_text(const std::optional<Ratio>& ratio) {
  return ratio ? fmt::format("{:.2f}x ({})", ratio->median, ratio->rounds) : "-";
}

std::string figures_text(const ForwardRow& row, const ForwardResult& result,
                         const MachineSpeeds& speeds) {
  const ForwardFigures figures = figures_of(row, speeds);
  std::string text = fmt::format(
      "{:>8.2f}{:>20}{:>9}{:>13}{:>9.1f}{:>8.1f}%{:>5.0f}%{:>8.1f}%{:>9}", figures.mpps,
      fmt::format("{:.2f} ... {:.2f}", figures.mpps_min, figures.mpps_max),
      fmt::format("{} of {}", figures.samples, row.samples.size()),
      ratio_text(ratio_of(row, reference_of(result), speeds)), figures.cpu_ns_per_packet,
      100 * figures.dropped_share, 100 * figures.fullest_ring, 100 * figures.client_spread,
      or_blank("{:.2f}", figures.packets_per_round_trip, figures.packets_per_round_trip > 0));
  if (result.traffic.ports == PortKind::kRing) {
    text += fmt::format("{:>9.1f}{:>9.1f}{:>9.1f}", figures.latency_ns.p50 / 1e3,
                        figures.latency_ns.p99 / 1e3, figures.latency_ns.p999 / 1e3);
  }
  return text;
}

std::string row_line(const ForwardRow& row, const ForwardResult& result,
                     const MachineSpeeds& speeds) {
  const std::string name = fmt::format("{:<{}}", row.what.name(), name_width(result.rows));
  if (!row.skipped.empty()) return name + "skipped: " + row.skipped + "\n";
  if (!row.failed.empty() && row.samples.empty()) return name + "failed: " + row.failed + "\n";
  if (row.samples.empty()) return name + "not measured\n";
  const bool any = figures_of(row, speeds).samples > 0;
  const std::string remark = remark_on(row, speeds, result.rate);
  return name + (any ? figures_text(row, result, speeds) : "no figures") +
         (remark.empty() ? "" : "  ") + remark + "\n";
}

/// At which speeds of the machine the samples were taken; nothing where it is not known.
std::string speeds_line(const ForwardResult& result, const MachineSpeeds& speeds) {
  std::string line;
  for (std::size_t i = 0; i < speeds.all.size(); ++i) {
    const MachineSpeed& speed = speeds.all[i];
    line +=
        fmt::format("{}{:.0f} ns in {} samples{}", line.empty() ? "" : ", ", speed.round_trip_ns,
                    speed.samples, i == speeds.usual && speeds.all.size() > 1 ? " (usual)" : "");
  }
  unsigned unsteady = 0;
  for (const ForwardRow& row : result.rows) {
    if (!row.samples.empty()) unsteady += figures_of(row, speeds).unsteady;
  }
  if (unsteady > 0) {
    line += fmt::format("{}changed during {}", line.empty() ? "" : ", ", unsteady);
  }
  return line.empty() ? "" : "a cache line to the other CPU and back: " + line + "\n";
}

std::string explanations(const ForwardResult& result) {
  std::string text = fmt::format(
      "counted: samples taken at the usual speed of the machine, of all; no others are in the "
      "figures. ratio: to {},\n"
      "the median of the ratios within a round, of so many rounds in which both were taken at that "
      "speed. ring: the\n"
      "fullest one. clients: how far apart they are, most - least over mean. /trip: packets in the "
      "time that a cache\n"
      "line takes between the two CPUs and back. oversubscribed: more busy processes than CPUs.\n"
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

/// A case's figures; nothing when no sample counts.
void add_figures(const ForwardRow& row, const ForwardResult& result, const MachineSpeeds& speeds,
                 Json& json) {
  const ForwardFigures figures = figures_of(row, speeds);
  json["samples_counted"] = figures.samples;
  if (figures.samples == 0) return;
  const std::optional<MachineSpeed> speed = speed_of(row, speeds);
  json["round_trip_ns"] = speed ? Json(speed->round_trip_ns) : Json();
  json["mpps"] = figures.mpps;
  json["mpps_min"] = figures.mpps_min;
  json["mpps_max"] = figures.mpps_max;
  const std::optional<Ratio> ratio = ratio_of(row, reference_of(result), speeds);
  json["ratio"] = ratio ? Json(ratio->median) : Json();
  json["ratio_rounds"] = ratio ? ratio->rounds : 0;
  json["cpu_ns_per_packet"] = figures.cpu_ns_per_packet;
  json["dropped_share"] = figures.dropped_share;
  json["fullest_ring"] = figures.fullest_ring;
  json["client_spread"] = figures.client_spread;
  json["others_share"] = figures.others_share;
  json["packets_per_round_trip"] = figures.packets_per_round_trip;
  if (result.traffic.ports == PortKind::kRing) {
    json["offered_rate"] = figures.offered_rate;
    json["latency_ns"] = to_json(figures.latency_ns);
  }
}

Json row_json(const ForwardRow& row, const ForwardResult& result, const MachineSpeeds& speeds) {
  Json json = {{"name", row.what.name()}};
  if (!row.skipped.empty()) {
    json["skipped"] = row.skipped;
    return json;
  }
  if (!row.failed.empty()) json["failed"] = row.failed;
  if (row.samples.empty()) return json;
  add_figures(row, result, speeds, json);
  json["oversubscribed"] = row.oversubscribed;
  json["samples"] = Json::array();
  for (const ForwardSample& sample : row.samples) {
    json["samples"].push_back(sample_json(sample, result.traffic.ports));
  }
  return json;
}

Json to_json(const MachineSpeeds& speeds) {
  Json list = Json::array();
  for (std::size_t i = 0; i < speeds.all.size(); ++i) {
    list.push_back({{"round_trip_ns", speeds.all[i].round_trip_ns},
                    {"samples", speeds.all[i].samples},
                    {"usual", i == speeds.usual}});
  }
  return list;
}

}  // namespace

std::string remark_on(const ForwardRow& row, const MachineSpeeds& speeds,
                      std::optional<double> rate) {
  std::vector<std::string> remarks;
  const ForwardFigures figures = figures_of(row, speeds);
  if (row.oversubscribed) remarks.push_back("oversubscribed");
  if (!row.failed.empty()) {
    remarks.push_back(fmt::format("failed in round {}: {}", row.samples.size() + 1, row.failed));
  }
  if (rate && figures.samples > 0 && figures.offered_rate < kKeptRate * *rate) {
    remarks.push_back(fmt::format("offered only {:.0f}/s", figures.offered_rate));
  }
  const std::optional<MachineSpeed> speed = speed_of(row, speeds);
  if (speed && speed->round_trip_ns != speeds.all[speeds.usual].round_trip_ns) {
    remarks.push_back(fmt::format("all at another speed ({:.0f} ns)", speed->round_trip_ns));
  }
  if (figures.unsteady > 0) {
    remarks.push_back(fmt::format("the machine changed its speed in {} of {}", figures.unsteady,
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

std::string round_trip_text(double before_ns, double after_ns) {
  if (before_ns <= 0 && after_ns <= 0) return "-";
  if (!host::same_speed(before_ns, after_ns)) {
    return fmt::format("{:.0f} -> {:.0f}", before_ns, after_ns);
  }
  return fmt::format("{:.0f}", (before_ns + after_ns) / 2);
}

std::string round_trip_explanation() {
  return "line ns: of a cache line to the other CPU and back, before and after the case: figures "
         "of "
         "one speed\nof the machine say nothing of another.\n";
}

std::string forward_table(const ForwardResult& result) {
  const MachineSpeeds speeds = speeds_of(result.rows);
  std::string table =
      fmt::format("Mpps delivered, medians of {} rounds{}\n", reference_of(result).samples.size(),
                  result.rate ? fmt::format(", {:.0f} packets/s offered", *result.rate) : "") +
      traffic_line(result.traffic) + machine_line(result.machine) + speeds_line(result, speeds);
  table += fmt::format("{:<{}}{:>8}{:>20}{:>9}{:>13}{:>9}{:>9}{:>6}{:>9}{:>9}", "method/clients",
                       name_width(result.rows), "Mpps", "min ... max", "counted", "ratio", "CPU ns",
                       "dropped", "ring", "clients", "/trip");
  if (result.traffic.ports == PortKind::kRing) {
    table += fmt::format("{:>9}{:>9}{:>9}", "p50 us", "p99 us", "p99.9 us");
  }
  table += "\n";
  double others = 0;
  for (const ForwardRow& row : result.rows) {
    table += row_line(row, result, speeds);
    if (!row.samples.empty()) others = std::max(others, figures_of(row, speeds).others_share);
  }
  return table + quiet_lines(others) + explanations(result);
}

std::string forward_json(const ForwardResult& result, const std::string& command) {
  const MachineSpeeds speeds = speeds_of(result.rows);
  Json cases = Json::array();
  for (const ForwardRow& row : result.rows) cases.push_back(row_json(row, result, speeds));
  Json document =
      forward_document("ringside.bench.forward/3", command, result.machine, result.traffic);
  if (result.rate) document["traffic"]["rate"] = *result.rate;
  document["reference"] = reference_of(result).what.name();
  document["speeds"] = to_json(speeds);
  document["cases"] = std::move(cases);
  return dump(document);
}

}  // namespace ringside::harness
