// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/result_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "harness/report/json_parts.hpp"

namespace ringside::harness::perf {
namespace {

const BenchmarkTimes* find_times(const PerfResult& result, const std::string& name) {
  const auto found = std::find_if(result.benchmarks.begin(), result.benchmarks.end(),
                                  [&](const auto& each) { return each.name == name; });
  return found == result.benchmarks.end() ? nullptr : &*found;
}

/// Times are above 0: what took none was not done.
bool all_positive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
}

/// Throws Json::exception, whose text names the field.
PerfResult result_of(const Json& json) {
  PerfResult result;
  json.at("schema").get_to(result.schema);
  json.at("version").get_to(result.version);
  json.at("started").get_to(result.started);
  json.at("git").get_to(result.git);
  const Json& machine = json.at("machine");
  machine.at("cpu").get_to(result.machine.cpu);
  machine.at("cores").get_to(result.machine.cores);
  machine.at("kernel").get_to(result.machine.kernel);
  machine.at("dpdk").get_to(result.machine.dpdk);
  for (const Json& each : json.at("benchmarks")) {
    result.benchmarks.push_back({each.at("name"), each.at("nanoseconds"), each.at("disturbed")});
  }
  return result;
}

/// What nlohmann-json says, without its own number in front.
std::string reason_of(const Json::exception& error) {
  const std::string text = error.what();
  const std::size_t end = text.find("] ");
  return end == text.npos ? text : text.substr(end + 2);
}

}  // namespace

std::string to_json(const PerfResult& result, bool on_one_line) {
  Json json = {{"schema", result.schema},
               {"version", result.version},
               {"started", result.started},
               {"git", result.git},
               {"machine",
                {{"cpu", result.machine.cpu},
                 {"cores", result.machine.cores},
                 {"kernel", result.machine.kernel},
                 {"dpdk", result.machine.dpdk}}},
               {"benchmarks", Json::array()}};
  for (const BenchmarkTimes& each : result.benchmarks) {
    json["benchmarks"].push_back(
        {{"name", each.name}, {"nanoseconds", each.nanoseconds}, {"disturbed", each.disturbed}});
  }
  return on_one_line ? json.dump() + "\n" : dump(json);
}

Result<PerfResult> parse_result(const std::string& text, const std::string& name, bool any_schema) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error{name + " is no JSON document"};
  const auto schema = json.find("schema");
  const std::string found = schema != json.end() && schema->is_string()
                                ? "schema " + schema->get<std::string>()
                                : "no schema";
  if (found != fmt::format("schema {}", kResultSchema) && !any_schema) {
    return Error{fmt::format("{} has {}, this ringside reads {}; --force reads it all the same",
                             name, found, kResultSchema)};
  }
  try {
    PerfResult result = result_of(json);
    for (const BenchmarkTimes& each : result.benchmarks) {
      if (!all_positive(each.nanoseconds)) {
        return Error{fmt::format("{}: {} has a time that is not above 0", name, each.name)};
      }
    }
    return result;
  } catch (const Json::exception& error) {
    return Error{fmt::format("{} is no result of ringside perf: {}", name, reason_of(error))};
  }
}

Result<PerfResult> read_result(const std::string& file, bool any_schema) {
  std::ifstream in(file);
  if (!in) return Error{file + " cannot be read"};
  return parse_result({std::istreambuf_iterator<char>(in), {}}, file, any_schema);
}

std::string machines_differ(const Machine& base, const Machine& head) {
  if (base == head) return "";
  return fmt::format("they were measured on different machines: {}; {}", to_text(base),
                     to_text(head));
}

std::vector<ApartRow> compare_results(const PerfResult& base, const PerfResult& head,
                                      const Rule& rule) {
  std::vector<ApartRow> rows;
  for (const BenchmarkTimes& times : base.benchmarks) {
    ApartRow row{times.name, median_bounds(times.nanoseconds, rule.alpha), {}, {}, {}};
    if (const BenchmarkTimes* const other = find_times(head, times.name)) {
      row.head = median_bounds(other->nanoseconds, rule.alpha);
      row.verdict = judge_apart(row.base, row.head, rule.threshold);
    } else {
      row.missing = "head";
    }
    rows.push_back(std::move(row));
  }
  for (const BenchmarkTimes& times : head.benchmarks) {
    if (find_times(base, times.name) == nullptr) rows.push_back({times.name, {}, {}, {}, "base"});
  }
  return rows;
}

}  // namespace ringside::harness::perf
