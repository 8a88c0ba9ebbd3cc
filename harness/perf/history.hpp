// SPDX-License-Identifier: BSD-3-Clause
// All recorded results of a directory. The truth is history.jsonl, one result on each line,
// appended to; history.sqlite is an index that is made again from it whenever it is behind or
// missing, and done without where it cannot be written.
#pragma once

#include <string>
#include <vector>

#include "harness/perf/result_file.hpp"

namespace ringside::harness::perf {

/// Where the results of a directory stand.
std::string history_file(const std::string& directory);

/// Adds a result at the end. Errors: kEnvironment.
Status append_to_history(const std::string& directory, const PerfResult& result);

/// A run as a point of a benchmark's series.
struct HistoryPoint {
  std::string started, git;
  double nanoseconds = 0;  ///< median for a packet
  double round_trip = 0;   ///< ns, median, of work that crosses CPUs; 0 of other work
};
struct HistorySeries {
  std::string benchmark;
  std::vector<HistoryPoint> points;  ///< as they were recorded
};

struct History {
  std::vector<HistorySeries> series;  ///< by name
  std::size_t other_machines = 0;     ///< runs that were left out
  std::vector<std::string> left_out;  ///< lines that are no results, and why
  std::vector<std::string> forced;    ///< what is among the runs by force: "2 runs on ..."
};

/// The series of one machine, or with `force` of all, results of other schemas among them. Results
/// with frames of a capture are series of their own, and so is work that crosses CPUs for each
/// speed of a cache line between them. Errors: kUsage, there is no history.
Result<History> read_history(const std::string& directory, const Machine& machine, bool force);

}  // namespace ringside::harness::perf
