// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/history.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <memory>
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

/// A database, in a file or in memory. Once something in it could not be read or written, nothing
/// of what it said counts.
class Index {
 public:
  explicit Index(const std::string& file) {
    sqlite3* handle = nullptr;
    note(::sqlite3_open(file.c_str(), &handle));
    database_.reset(handle);
  }
  void run(const char* sql) {
    note(::sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr));
  }
  void note(int code) {
    failed_ = failed_ || !(code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE);
  }
  bool failed() const { return failed_; }
  sqlite3* get() const { return database_.get(); }

 private:
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  bool failed_ = false;
};

/// A prepared statement; values are bound in the order of the question marks.
class Query {
 public:
  Query(Index& index, const char* sql) : index_(index) {
    sqlite3_stmt* statement = nullptr;
    index_.note(::sqlite3_prepare_v2(index.get(), sql, -1, &statement, nullptr));
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
  /// The next one is there. Of a statement that has none: it is carried out.
  bool row() {
    const int code = statement_ ? ::sqlite3_step(statement_.get()) : SQLITE_ERROR;
    index_.note(code);
    return code == SQLITE_ROW;
  }
  std::string text_at(int column) {
    const auto* const bytes = ::sqlite3_column_text(statement_.get(), column);
    return bytes == nullptr ? "" : reinterpret_cast<const char*>(bytes);
  }
  double number_at(int column) { return ::sqlite3_column_double(statement_.get(), column); }

 private:
  Index& index_;
  std::unique_ptr<sqlite3_stmt, FinishStatement> statement_;
  int bound_ = 0;
};

bool is_current(Index& index, const std::string& stamp) {
  if (!Query(index, "SELECT 1 FROM sqlite_master WHERE name = 'source'").row()) return false;
  Query query(index, "SELECT stamp FROM source");
  return query.row() && query.text_at(0) == stamp;
}

void add_points(Index& index, unsigned line, const PerfResult& result) {
  for (const BenchmarkTimes& times : result.benchmarks) {
    if (times.nanoseconds.empty()) continue;
    Query(index, "INSERT INTO point VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .number(line)
        .text(to_text(result.machine))
        .text(times.name + (result.frames.empty() ? "" : " with " + result.frames))
        .text(result.started)
        .text(result.git)
        .number(median(times.nanoseconds))
        .number(times.round_trips.empty() ? 0 : median(times.round_trips))
        .text(result.schema)
        .row();
  }
}

/// A line that is no result, such as one that was being written when the machine went down, costs
/// itself only.
void fill(Index& index, const std::string& file, bool any_schema) {
  std::ifstream in(file);
  unsigned number = 0;
  for (std::string line; std::getline(in, line);) {
    const auto result = parse_result(line, fmt::format("{}:{}", file, ++number), any_schema);
    if (result) {
      add_points(index, number, *result);
    } else if (!line.empty()) {
      Query(index, "INSERT INTO problem VALUES (?)").text(result.error().message).row();
    }
  }
}

void rebuild(Index& index, const std::string& file, bool any_schema) {
  const std::string stamp = stamp_of(file, any_schema);
  index.run(
      "DROP TABLE IF EXISTS point; DROP TABLE IF EXISTS source; DROP TABLE IF EXISTS problem;"
      "CREATE TABLE source (stamp TEXT); CREATE TABLE problem (text TEXT);"
      "CREATE TABLE point (line INTEGER, machine TEXT, benchmark TEXT, started TEXT, git TEXT,"
      " nanoseconds REAL, round_trip REAL, schema TEXT); CREATE INDEX series ON point "
      "(benchmark, line)");
  if (index.failed()) return;
  fill(index, file, any_schema);
  Query(index, "INSERT INTO source VALUES (?)").text(stamp).row();
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

/// Runs that are in the series by force only.
std::vector<std::string> forced_runs(Index& index, const std::string& machine) {
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
  return forced;
}

std::size_t runs_elsewhere(Index& index, const std::string& machine) {
  Query query(index, "SELECT COUNT(DISTINCT line) FROM point WHERE machine <> ?");
  query.text(machine);
  return query.row() ? static_cast<std::size_t>(query.number_at(0)) : 0;
}

/// Of a machine, or with "" of all; one for each benchmark.
std::vector<HistorySeries> series_of(Index& index, const std::string& machine) {
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
  return all;
}

/// What the index says, made again if need be; in one transaction, so that it is of these lines
/// whoever else makes it again meanwhile.
History history_in(Index& index, const std::string& lines, const Machine& machine, bool force) {
  History history;
  index.run("BEGIN");
  if (!is_current(index, stamp_of(lines, force))) rebuild(index, lines, force);
  if (force) {
    history.forced = forced_runs(index, to_text(machine));
  } else {
    history.other_machines = runs_elsewhere(index, to_text(machine));
  }
  Query problems(index, "SELECT text FROM problem");
  while (problems.row()) history.left_out.push_back(problems.text_at(0));
  history.series = by_speed(series_of(index, force ? "" : to_text(machine)));
  index.run("COMMIT");
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
  // In memory where its file cannot be read or written, or is damaged.
  for (const std::string& where : {directory + "/history.sqlite", std::string(":memory:")}) {
    Index index(where);
    History history = history_in(index, file, machine, force);
    if (!index.failed()) return history;
  }
  return environment_error(fmt::format("there is no memory for an index of {}", file));
}

}  // namespace ringside::harness::perf
