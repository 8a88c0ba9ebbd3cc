// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/history.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>

#include "core/statistics.hpp"
#include "host/line_probe.hpp"

namespace ringside::harness::perf {
namespace fs = std::filesystem;
namespace {

/// What the index was made from: when the lines were written last, how long they are, how they were
/// read.
std::string stamp_of(const std::string& file, bool any_schema) {
  std::error_code ignored;
  return fmt::format("4 {} {} {}", fs::file_size(file, ignored),
                     fs::last_write_time(file, ignored).time_since_epoch().count(), any_schema);
}

struct CloseDatabase {
  void operator()(sqlite3* database) const { ::sqlite3_close(database); }
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

/// A prepared statement; values are bound in the order of the question marks.
class Query {
 public:
  Query(sqlite3* database, const char* sql) {
    sqlite3_stmt* statement = nullptr;
    ::sqlite3_prepare_v2(database, sql, -1, &statement, nullptr);
    statement_.reset(statement);
  }
  Query& text(const std::string& value) {
    ::sqlite3_bind_text(statement_.get(), ++bound_, value.c_str(), -1, SQLITE_TRANSIENT);
    return *this;
  }
  Query& number(double value) {
    ::sqlite3_bind_double(statement_.get(), ++bound_, value);
    return *this;
  }
  /// After the last row done() says whether it was the last one, or the file could not be read on.
  bool row() { return step() == SQLITE_ROW; }
  bool done() { return code_ == SQLITE_DONE || step() == SQLITE_DONE; }
  std::string text_at(int column) {
    const auto* const bytes = ::sqlite3_column_text(statement_.get(), column);
    return bytes == nullptr ? "" : reinterpret_cast<const char*>(bytes);
  }
  double number_at(int column) { return ::sqlite3_column_double(statement_.get(), column); }

 private:
  int step() {
    code_ = statement_ ? ::sqlite3_step(statement_.get()) : SQLITE_ERROR;
    return code_;
  }

  std::unique_ptr<sqlite3_stmt, FinishStatement> statement_;
  int bound_ = 0;
  int code_ = SQLITE_OK;
};

/// Nothing when it is no database, or cannot be made.
Database open_database(const std::string& file) {
  sqlite3* handle = nullptr;
  const int code = ::sqlite3_open(file.c_str(), &handle);
  Database database(handle);
  return code == SQLITE_OK ? std::move(database) : nullptr;
}

bool is_current(sqlite3* database, const std::string& stamp) {
  Query query(database, "SELECT stamp FROM source");
  return query.row() && query.text_at(0) == stamp;
}

void add_points(sqlite3* database, unsigned line, const PerfResult& result) {
  for (const BenchmarkTimes& times : result.benchmarks) {
    if (times.nanoseconds.empty()) continue;
    Query(database, "INSERT INTO point VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .number(line)
        .text(to_text(result.machine))
        .text(times.name + (result.frames.empty() ? "" : " with " + result.frames))
        .text(result.started)
        .text(result.git)
        .number(median(times.nanoseconds))
        .number(times.round_trips.empty() ? 0 : median(times.round_trips))
        .text(result.schema)
        .done();
  }
}

/// A line that is no result, such as one that was being written when the machine went down, costs
/// itself only.
void fill(sqlite3* database, const std::string& file, bool any_schema) {
  std::ifstream in(file);
  unsigned number = 0;
  for (std::string line; std::getline(in, line);) {
    const auto result = parse_result(line, fmt::format("{}:{}", file, ++number), any_schema);
    if (result) {
      add_points(database, number, *result);
    } else if (!line.empty()) {
      Query(database, "INSERT INTO problem VALUES (?)").text(result.error().message).done();
    }
  }
}

/// In one transaction: a reader sees the old index or the new one. False: it cannot be written.
bool rebuild(sqlite3* database, const std::string& file, bool any_schema) {
  const std::string stamp = stamp_of(file, any_schema);
  const auto run = [&](const char* sql) {
    return ::sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  };
  const bool ready =
      run("BEGIN IMMEDIATE; DROP TABLE IF EXISTS point; DROP TABLE IF EXISTS source;"
          "DROP TABLE IF EXISTS problem; CREATE TABLE source (stamp TEXT);"
          "CREATE TABLE problem (text TEXT);"
          "CREATE TABLE point (line INTEGER, machine TEXT, benchmark TEXT, started TEXT, git TEXT,"
          " nanoseconds REAL, round_trip REAL, schema TEXT); CREATE INDEX series ON point "
          "(benchmark, line)");
  if (!ready) return false;
  fill(database, file, any_schema);
  return Query(database, "INSERT INTO source VALUES (?)").text(stamp).done() && run("COMMIT");
}

/// Points of one benchmark at one speed of a cache line between the CPUs.
HistorySeries at_speed(const HistorySeries& series, const std::vector<int>& speeds, int speed) {
  HistorySeries part{series.benchmark, {}};
  std::vector<double> round_trips;
  for (std::size_t i = 0; i < speeds.size(); ++i) {
    if (speeds[i] != speed) continue;
    part.points.push_back(series.points[i]);
    round_trips.push_back(series.points[i].round_trip);
  }
  if (speed >= 0)
    part.benchmark += fmt::format(" at {:.0f} ns between the CPUs", median(round_trips));
  return part;
}

/// Work that crosses CPUs is a series for each speed: they say nothing about each other.
std::vector<HistorySeries> by_speed(const std::vector<HistorySeries>& all) {
  std::vector<HistorySeries> parts;
  for (const HistorySeries& series : all) {
    std::vector<double> round_trips;
    for (const HistoryPoint& point : series.points) round_trips.push_back(point.round_trip);
    const std::vector<int> speeds = groups_by_gap(round_trips, host::kOtherSpeed);
    for (const int speed : std::set<int>(speeds.begin(), speeds.end())) {
      parts.push_back(at_speed(series, speeds, speed));
    }
  }
  return parts;
}

/// Runs that are in the series by force only. Nothing when the index cannot be read.
std::optional<std::vector<std::string>> forced_runs(sqlite3* index, const std::string& machine) {
  std::vector<std::string> forced;
  Query machines(index,
                 "SELECT machine, COUNT(DISTINCT line) FROM point WHERE machine <> ? GROUP BY 1");
  machines.text(machine);
  while (machines.row()) {
    forced.push_back(
        fmt::format("{} runs on another machine: {}", machines.number_at(1), machines.text_at(0)));
  }
  Query schemas(index,
                "SELECT schema, COUNT(DISTINCT line) FROM point WHERE schema <> ? GROUP BY 1");
  schemas.text(std::string(kResultSchema));
  while (schemas.row()) {
    forced.push_back(fmt::format("{} runs of schema {}", schemas.number_at(1), schemas.text_at(0)));
  }
  if (!machines.done() || !schemas.done()) return std::nullopt;
  return forced;
}

/// Likewise.
std::optional<std::size_t> runs_elsewhere(sqlite3* index, const std::string& machine) {
  Query query(index, "SELECT COUNT(DISTINCT line) FROM point WHERE machine <> ?");
  query.text(machine);
  if (!query.row()) return std::nullopt;
  return static_cast<std::size_t>(query.number_at(0));
}

/// Likewise, of a machine; "": of all. One series for each benchmark.
std::optional<std::vector<HistorySeries>> series_of(sqlite3* index, const std::string& machine) {
  std::vector<HistorySeries> all;
  Query points(index,
               "SELECT benchmark, started, git, nanoseconds, round_trip FROM point"
               " WHERE ?1 = '' OR machine = ?1 ORDER BY benchmark, line");
  points.text(machine);
  while (points.row()) {
    const std::string benchmark = points.text_at(0);
    if (all.empty() || all.back().benchmark != benchmark) all.push_back({benchmark, {}});
    all.back().points.push_back(
        {points.text_at(1), points.text_at(2), points.number_at(3), points.number_at(4)});
  }
  if (!points.done()) return std::nullopt;
  return all;
}

/// Likewise.
std::optional<std::vector<std::string>> problems_in(sqlite3* index) {
  std::vector<std::string> all;
  Query problems(index, "SELECT text FROM problem");
  while (problems.row()) all.push_back(problems.text_at(0));
  if (!problems.done()) return std::nullopt;
  return all;
}

/// What an index of these lines in `database` says, made again if need be. Nothing when it cannot
/// be written or is damaged. In one transaction: nobody changes it meanwhile.
std::optional<History> history_in(sqlite3* database, const std::string& lines,
                                  const Machine& machine, bool force) {
  const auto begin = [&] {
    return ::sqlite3_exec(database, "BEGIN", nullptr, nullptr, nullptr) == SQLITE_OK;
  };
  if (!begin()) return std::nullopt;
  if (!is_current(database, stamp_of(lines, force))) {
    ::sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
    if (!rebuild(database, lines, force) || !begin()) return std::nullopt;
  }
  History history;
  if (force) {
    auto forced = forced_runs(database, to_text(machine));
    if (!forced) return std::nullopt;
    history.forced = *std::move(forced);
  } else {
    const auto elsewhere = runs_elsewhere(database, to_text(machine));
    if (!elsewhere) return std::nullopt;
    history.other_machines = *elsewhere;
  }
  auto left_out = problems_in(database);
  auto series = series_of(database, force ? "" : to_text(machine));
  if (!left_out || !series) return std::nullopt;
  history.left_out = *std::move(left_out);
  history.series = by_speed(*series);
  return history;
}

}  // namespace

std::string history_file(const std::string& directory) {
  return directory + "/history.jsonl";
}

Status append_to_history(const std::string& directory, const PerfResult& result) {
  const std::string file = history_file(directory);
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::app);
  // A line that was cut off must not swallow this one.
  const bool cut = out.seekg(-1, std::ios::end) && out.peek() != '\n';
  out.clear();
  out << (cut ? "\n" : "") << to_json(result, true) << std::flush;
  if (out) return Done{};
  return environment_error(file + " cannot be written");
}

Result<History> read_history(const std::string& directory, const Machine& machine, bool force) {
  const std::string file = history_file(directory);
  std::error_code failed;
  if (!fs::exists(file, failed)) {
    if (failed) return environment_error(fmt::format("{}: {}", file, failed.message()));
    return Error{fmt::format("there is no {}; `ringside perf record` begins it", file)};
  }
  if (fs::is_directory(file, failed) || !std::ifstream(file))
    return Error{file + " is no file that can be read"};
  // In memory where the index's file is no good.
  for (const std::string& index : {directory + "/history.sqlite", std::string(":memory:")}) {
    const Database database = open_database(index);
    auto history = database ? history_in(database.get(), file, machine, force) : std::nullopt;
    if (history) return *std::move(history);
  }
  return environment_error(fmt::format("there is no memory for an index of {}", file));
}

}  // namespace ringside::harness::perf
