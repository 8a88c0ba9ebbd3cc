// SPDX-License-Identifier: BSD-3-Clause
// What one build measured at one time, as it is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/perf/decision.hpp"
#include "harness/perf/machine.hpp"
#include "harness/perf/suite.hpp"

namespace ringside::harness::perf {

inline constexpr std::string_view kResultSchema = "ringside.perf/1";

struct BenchmarkTimes {
  std::string name;                         ///< "PROGRAM/BENCHMARK"
  std::vector<double> nanoseconds;          ///< for a packet, each of a start of its own
  std::uint64_t disturbed = 0;              ///< pieces that were thrown away
  std::vector<double> round_trips = {};     ///< ns of each, of work that crosses CPUs
  std::optional<double> instructions = {};  ///< for a packet, where they were counted
  bool operator==(const BenchmarkTimes&) const = default;
};

struct PerfResult {
  std::string schema{kResultSchema};
  std::string version;             ///< of ringside
  std::string started;             ///< UTC, "2024-01-31T12:00:00Z"
  std::string git;                 ///< of the sources of what was measured; "unknown"
  std::string suite{kWholeSuite};  ///< which was run
  std::string frames;              ///< "imix.pcap, 131056 bytes"; empty: made-up ones
  Machine machine;
  std::vector<BenchmarkTimes> benchmarks;
  bool operator==(const PerfResult&) const = default;
};

/// On one line, or on many for people.
std::string to_json(const PerfResult& result, bool on_one_line);

/// The result in `text`. `name` stands before messages ("a.json"). With `any_schema` another schema
/// is read as if it were ours. Errors: kUsage, no JSON, another schema, a field that is missing or
/// of another type.
Result<PerfResult> parse_result(const std::string& text, const std::string& name, bool any_schema);
/// The same out of a file. Errors: kUsage, also when it cannot be read.
Result<PerfResult> read_result(const std::string& file, bool any_schema);

/// "" or why times of the two say nothing about each other: which part of the machine differs.
std::string machines_differ(const Machine& base, const Machine& head);

/// Likewise of the frames that were worked on.
std::string frames_differ(const PerfResult& base, const PerfResult& head);

/// A benchmark of two results, not measured in turns.
struct ApartRow {
  std::string name;
  std::optional<MedianBounds> base = {}, head = {};
  Verdict verdict = Verdict::kTooNoisy;
  std::string skipped = {};  ///< why it was not compared: "not in head"; or ""
  std::optional<InstructionPair> instructions = {};  ///< when both have them
  std::string too_few = {};                          ///< "" or why nothing can be said of the times

  bool is_regression() const;
};
std::vector<ApartRow> compare_results(const PerfResult& base, const PerfResult& head,
                                      const Rule& rule);

}  // namespace ringside::harness::perf
