// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/result_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/statistics.hpp"
#include "harness/perf/machine_json.hpp"
#include "host/line_probe.hpp"

namespace ringside::harness::perf {
namespace {

const BenchmarkTimes* find_times(const PerfResult& result, const std::string& name) {
  const auto found = std::find_if(result.benchmarks.begin(), result.benchmarks.end(),
                                  [&](const auto& each) { return each.name == name; });
  return found == result.benchmarks.end() ? nullptr : &*found;
}

/// A time, or a number of instructions, for one element: above 0, or it was not done, and no more
/// than a computer does in thirty years.
bool is_possible(double value) {
  return value > 0 && value <= 1e18;
}

/// "" or why times of work that crosses CPUs say nothing about each other.
std::string other_speed(const BenchmarkTimes& base, const BenchmarkTimes& head) {
  if (base.round_trips.empty() || head.round_trips.empty()) return "";
  const double before = median(base.round_trips), after = median(head.round_trips);
  if (1 + relative_difference(before, after) <= host::kOtherSpeed) return "";
  return fmt::format("a cache line took {:.0f} ns between the CPUs, and {:.0f} ns", before, after);
}

/// "" or that there are too few times for bounds of their medians.
std::string too_few(const BenchmarkTimes& base, const BenchmarkTimes& head, const Rule& rule) {
  const std::size_t fewest = fewest_for_bound(rule.alpha);
  if (std::min(base.nanoseconds.size(), head.nanoseconds.size()) >= fewest) return "";
  return fmt::format("{} and {} times, --alpha {:g} takes {}", base.nanoseconds.size(),
                     head.nanoseconds.size(), rule.alpha, fewest);
}

ApartRow compare_times(const BenchmarkTimes& base, const BenchmarkTimes& head, const Rule& rule) {
  ApartRow row{.name = base.name, .skipped = other_speed(base, head)};
  row.base = median_bounds(base.nanoseconds, rule.alpha);
  row.head = median_bounds(head.nanoseconds, rule.alpha);
  row.verdict = judge_apart(row.base, row.head, rule.threshold);
  row.too_few = too_few(base, head, rule);
  if (base.instructions && head.instructions) {
    row.instructions = {*base.instructions, *head.instructions};
  }
  return row;
}

constexpr const char* kNoSchema = "none";

/// kNoSchema where it names none.
std::string schema_in(const Json& json) {
  const auto schema = json.find("schema");
  return schema != json.end() && schema->is_string() ? schema->get<std::string>() : kNoSchema;
}

/// Throws Json::exception, whose text names the field.
PerfResult result_of(const Json& json) {
  PerfResult result;
  result.schema = schema_in(json);
  json.at("version").get_to(result.version);
  json.at("started").get_to(result.started);
  json.at("git").get_to(result.git);
  result.suite = json.value("suite", kWholeSuite);
  result.frames = json.value("frames", "");
  result.machine = machine_in(json.at("machine"));
  for (const Json& each : json.at("benchmarks")) {
    BenchmarkTimes times{each.at("name"), each.at("nanoseconds"), each.at("disturbed")};
    if (each.contains("round_trips_ns")) each["round_trips_ns"].get_to(times.round_trips);
    if (each.contains("instructions")) times.instructions = each["instructions"].get<double>();
    result.benchmarks.push_back(std::move(times));
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
               {"suite", result.suite},
               {"frames", result.frames},
               {"machine", machine_json(result.machine)},
               {"benchmarks", Json::array()}};
  for (const BenchmarkTimes& each : result.benchmarks) {
    Json times = {
        {"name", each.name}, {"nanoseconds", each.nanoseconds}, {"disturbed", each.disturbed}};
    if (!each.round_trips.empty()) times["round_trips_ns"] = each.round_trips;
    if (each.instructions) times["instructions"] = *each.instructions;
    json["benchmarks"].push_back(std::move(times));
  }
  return on_one_line ? dump_on_one_line(json) : dump(json);
}

Result<PerfResult> parse_result(const std::string& text, const std::string& name, bool any_schema) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error{name + " is no JSON document"};
  const std::string schema = schema_in(json);
  if (schema != kResultSchema && !any_schema) {
    return Error{fmt::format("{} has {}, this ringside reads {}; --force reads it all the same",
                             name, schema == kNoSchema ? "no schema" : "schema " + schema,
                             kResultSchema)};
  }
  try {
    PerfResult result = result_of(json);
    for (const BenchmarkTimes& each : result.benchmarks) {
      if (!std::ranges::all_of(each.nanoseconds, is_possible)) {
        return Error{fmt::format("{}: {} has a time that cannot be", name, each.name)};
      }
      if (each.instructions && !is_possible(*each.instructions)) {
        return Error{fmt::format("{}: {} has instructions that cannot be", name, each.name)};
      }
    }
    return result;
  } catch (const Json::exception& error) {
    return Error{fmt::format("{} is no result of ringside perf: {}", name, reason_of(error))};
  }
}

Result<PerfResult> read_result(const std::string& file, bool any_schema) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return Error{file + " is a directory; name one of the results in it"};
  }
  std::ifstream in(file);
  if (!in) return Error{file + " cannot be read"};
  return parse_result({std::istreambuf_iterator<char>(in), {}}, file, any_schema);
}

std::string machines_differ(const Machine& base, const Machine& head) {
  if (base == head) return "";
  return fmt::format("they were measured on different machines: {}; {}", to_text(base),
                     to_text(head));
}

std::string frames_differ(const PerfResult& base, const PerfResult& head) {
  if (base.frames == head.frames) return "";
  const auto of = [](const PerfResult& result) {
    return result.frames.empty() ? "made-up frames" : result.frames;
  };
  return fmt::format("they were measured with different frames: {}; {}", of(base), of(head));
}

std::vector<ApartRow> compare_results(const PerfResult& base, const PerfResult& head,
                                      const Rule& rule) {
  std::vector<ApartRow> rows;
  for (const BenchmarkTimes& times : base.benchmarks) {
    const BenchmarkTimes* const other = find_times(head, times.name);
    rows.push_back(other != nullptr ? compare_times(times, *other, rule)
                                    : ApartRow{.name = times.name, .skipped = "not in head"});
  }
  for (const BenchmarkTimes& times : head.benchmarks) {
    if (find_times(base, times.name) != nullptr) continue;
    rows.push_back({.name = times.name, .skipped = "not in base"});
  }
  return rows;
}

bool ApartRow::is_regression() const {
  return skipped.empty() && perf::is_regression(verdict, instructions);
}

}  // namespace ringside::harness::perf
