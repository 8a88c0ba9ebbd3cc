// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "core/idle.hpp"
#include "harness/bench/forward_json.hpp"
#include "harness/bench/forward_report.hpp"
#include "harness/bench/idle_bench.hpp"
#include "harness/report/json_parts.hpp"

namespace ringside::harness {
namespace {

double largest(const std::vector<double>& values) {
  return values.empty() ? 0 : std::ranges::max(values);
}

std::string row_line(const IdleRow& row, std::size_t width) {
  const std::string name = fmt::format("{:<{}}", row.what.name(), width);
  if (!row.skipped.empty()) return name + "skipped: " + row.skipped + "\n";
  if (!row.failed.empty()) return name + "failed: " + row.failed + "\n";
  return name + fmt::format("{:>11.1f}%{:>11.1f}%{:>12.0f}{:>9.0f}{:>11.0f}{:>9.0f}{:>13}\n",
                            100 * row.server_share, 100 * largest(row.client_shares),
                            median(row.first_ns) / 1e3, largest(row.first_ns) / 1e3,
                            median(row.late_ns) / 1e3, largest(row.late_ns) / 1e3,
                            round_trip_text(row.round_trip_before_ns, row.round_trip_after_ns));
}

std::string sleep_lines(const host::SleepCost& sleep) {
  return fmt::format(
      "A sleep of {} us lasts {:.0f} us on this machine and takes {:.1f} us of CPU: {:.1f}% for a "
      "loop that\n"
      "does nothing else.\n",
      kIdleSleep.count(), sleep.lasts_ns / 1e3, sleep.cpu_ns / 1e3, 100 * sleep.share());
}

Json to_json(const IdleRow& row) {
  Json json = {{"name", row.what.name()}};
  if (!row.skipped.empty()) {
    json["skipped"] = row.skipped;
    return json;
  }
  if (!row.failed.empty()) {
    json["failed"] = row.failed;
    return json;
  }
  json["server_share"] = row.server_share;
  json["client_shares"] = row.client_shares;
  json["first_packet_median_ns"] = median(row.first_ns);
  json["first_packet_max_ns"] = largest(row.first_ns);
  json["first_packet_ns"] = row.first_ns;
  json["late_packet_median_ns"] = median(row.late_ns);
  json["late_packet_max_ns"] = largest(row.late_ns);
  json["late_packet_ns"] = row.late_ns;
  json["others_share"] = row.others_share;
  json["round_trip_before_ns"] = row.round_trip_before_ns;
  json["round_trip_after_ns"] = row.round_trip_after_ns;
  return json;
}

}  // namespace

std::string idle_table(const IdleResult& result) {
  std::string table =
      fmt::format(
          "Idle for {:.1f} s, then single packets after {:.0f} ms of silence each, then "
          "(late ones) after {:.1f} s\n",
          result.window_seconds, 1e3 * result.silence_seconds, result.long_silence_seconds) +
      machine_line(result.machine);
  const std::size_t width = name_width(result.rows);
  table += fmt::format("{:<{}}{:>12}{:>12}{:>12}{:>9}{:>11}{:>9}{:>13}\n", "method/clients", width,
                       "server CPU", "client CPU", "median us", "max us", "late: med.", "max",
                       "line ns");
  double others = 0;
  for (const IdleRow& row : result.rows) {
    table += row_line(row, width);
    others = std::max(others, row.others_share);
  }
  return table + quiet_lines(others) +
         "CPU: of one CPU, while nothing comes in; the busiest client. us: from mp_wire's send to "
         "its\n"
         "capture.\n" +
         round_trip_explanation() + sleep_lines(result.sleep);
}

std::string idle_json(const IdleResult& result, const std::string& command) {
  Json document =
      forward_document("ringside.bench.idle/1", command, result.machine, result.traffic);
  document["window_seconds"] = result.window_seconds;
  document["silence_seconds"] = result.silence_seconds;
  document["long_silence_seconds"] = result.long_silence_seconds;
  document["sleep"] = {{"asked_ns", std::chrono::nanoseconds(kIdleSleep).count()},
                       {"lasts_ns", result.sleep.lasts_ns},
                       {"cpu_ns", result.sleep.cpu_ns}};
  document["cases"] = Json::array();
  for (const IdleRow& row : result.rows) document["cases"].push_back(to_json(row));
  return dump(document);
}

}  // namespace ringside::harness
