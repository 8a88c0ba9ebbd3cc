// SPDX-License-Identifier: BSD-3-Clause
#include "harness/report/json_parts.hpp"
#include "harness/report/replay_report.hpp"
#include "harness/report/run_report.hpp"

namespace ringside::harness {
namespace {

Json step_json(const StepResult& step) {
  Json json = {{"text", step.text},
               {"line", step.line},
               {"outcome", to_string(step.outcome)},
               {"duration_s", step.duration_s}};
  if (step.outcome != Outcome::kPass) {
    json["expected"] = step.expected;
    json["observed"] = step.observed;
  }
  return json;
}

Json scenario_json(const ScenarioResult& scenario) {
  Json json = {{"name", scenario.name},
               {"file", scenario.file},
               {"line", scenario.line},
               {"tags", scenario.tags},
               {"outcome", to_string(scenario.outcome)},
               {"message", scenario.message},
               {"duration_s", scenario.duration_s},
               {"seed", scenario.seed},
               {"memory", scenario.memory},
               {"repetition", scenario.repetition},
               {"steps", Json::array()},
               {"checks", Json::array()},
               {"programs", Json::array()},
               {"artifacts", scenario.artifacts},
               {"repeat_command", scenario.repeat_command}};
  for (const StepResult& step : scenario.steps) json["steps"].push_back(step_json(step));
  for (const CheckResult& check : scenario.checks) json["checks"].push_back(check_json(check));
  for (const ProgramLog& program : scenario.programs) {
    json["programs"].push_back({{"name", program.name},
                                {"command", program.command},
                                {"end", program.end},
                                {"tail", program.tail}});
  }
  return json;
}

Json figures_json(const std::vector<Figure>& figures) {
  Json json = Json::object();
  for (const Figure& figure : figures) json[figure.name] = figure.value;
  return json;
}

/// null where a number is not known.
Json maybe(const std::optional<std::uint64_t>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json port_json(const PortTraffic& port) {
  return {{"index", port.index},
          {"peer", port.peer},
          {"sent", maybe(port.sent)},
          {"sent_file", port.sent_name},
          {"refused", port.refused},
          {"captured", maybe(port.captured)},
          {"captured_file", port.captured_name}};
}

}  // namespace

Json check_json(const CheckResult& check) {
  Json json = {{"name", check.name},
               {"outcome", to_string(check.outcome)},
               {"summary", check.summary},
               {"reasons", check.reasons},
               {"more_reasons", check.more_reasons},
               {"left_out", check.left_out}};
  if (!check.figures.empty()) json["figures"] = figures_json(check.figures);
  for (const FigureRow& row : check.rows) {
    Json event = {{"what", row.what}};
    event.update(figures_json(row.figures));
    json["events"].push_back(std::move(event));
  }
  return json;
}

Json ledger_json(const LedgerStats& ledger) {
  Json json = {{"received", ledger.received}, {"transmitted", ledger.transmitted},
               {"dropped", ledger.dropped},   {"in_flight", ledger.in_flight},
               {"balanced", ledger.balanced}, {"missing", ledger.missing},
               {"drops", Json::array()}};
  for (const LedgerDrop& drop : ledger.drops) {
    Json row = {{"place", drop.place}, {"reason", drop.reason}};
    if (drop.client) row["client"] = *drop.client;
    row["packets"] = drop.packets;
    json["drops"].push_back(std::move(row));
  }
  return json;
}

namespace {

/// What is no UTF-8, as the names of files need not be, is replaced.
std::string dump_indented(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string dump(const Json& json) {
  return dump_indented(json, 2);
}

std::string dump_on_one_line(const Json& json) {
  return dump_indented(json, -1);
}

std::string to_json(const RunReport& report) {
  const Tally counts = tally(report);
  Json json = {{"schema", "ringside.run/1"},
               {"version", report.version},
               {"started", report.started},
               {"hostname", report.hostname},
               {"seed", report.seed},
               {"duration_s", report.duration_s},
               {"interrupted", report.interrupted},
               {"totals",
                {{"passed", counts.passed},
                 {"failed", counts.failed},
                 {"skipped", counts.skipped},
                 {"errors", counts.errors}}},
               {"scenarios", Json::array()}};
  for (const ScenarioResult& s : report.scenarios) json["scenarios"].push_back(scenario_json(s));
  return dump(json);
}

std::string to_json(const ReplayReport& report) {
  Json json = {{"schema", "ringside.replay/1"},
               {"version", report.version},
               {"outcome", to_string(report.outcome)},
               {"policy", report.policy},
               {"client_ids", report.client_ids},
               {"port_kind", report.port_kind},
               {"memory", report.memory},
               {"duration_s", report.duration_s},
               {"capture_dir", report.capture_dir},
               {"flows", report.flows},
               {"marked", report.marked},
               {"unmarked", report.unmarked},
               {"ports", Json::array()},
               {"clients", Json::array()},
               {"ledger", report.ledger ? ledger_json(*report.ledger) : Json(nullptr)},
               {"checks", Json::array()}};
  for (const PortTraffic& port : report.ports) json["ports"].push_back(port_json(port));
  for (const ClientShare& share : report.clients) {
    json["clients"].push_back({{"id", share.client},
                               {"packets", share.packets},
                               {"bytes", share.bytes},
                               {"flows", share.flows}});
  }
  for (const CheckResult& check : report.checks) json["checks"].push_back(check_json(check));
  return dump(json);
}

}  // namespace ringside::harness
