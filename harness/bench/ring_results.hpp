// SPDX-License-Identifier: BSD-3-Clause
// What ringside_ring_bench wrote, read from Google Benchmark's JSON, and the figures of a row:
// which of its samples count, their median and spread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/statistics.hpp"

namespace ringside::harness {

/// One repetition of one case. Latencies are in nanoseconds. Zeros stand where a placement has no
/// such figure.
struct RingSample {
  double ns = 0;      ///< for an element
  double cycles = 0;  ///< likewise
  double refused = 0;
  Percentiles hand_over;
  Percentiles queued;
  double round_trip_ns = 0;  ///< of a cache line; mean of before and after
  unsigned discarded = 0;
  double cpu_lost = 0;   ///< share of the time in which others had a worker's CPU
  double preempted = 0;  ///< how often workers lost theirs without having given it up, at least
};

/// One case: the parts of its name, its samples.
struct RingRow {
  std::string name;  ///< "ring/sp-sc/size:1024/bulk/copy/32/1:1/threads"
  std::string mode;
  unsigned size = 0;
  std::string verb;
  std::string copy;  ///< "copy" or "zero-copy"
  unsigned count = 0;
  std::string topology;  ///< "2:1": producers, consumers
  std::string placement;
  std::string label;
  std::string problem;  ///< why samples are missing; empty when none is
  std::vector<RingSample> samples;
};

struct RingResults {
  std::vector<std::pair<std::string, std::string>> context;  ///< CPU, kernel, memory, ...
  std::vector<RingRow> rows;                                 ///< in the order of the file
};

/// Splits a name into the row's parts. Errors: kInternal, it is not of that form.
Result<RingRow> parse_ring_name(const std::string& name);

/// Errors: kInternal, when the text is not what ringside_ring_bench writes or a sample without
/// error says that nothing moved.
Result<RingResults> read_ring_results(const std::string& json);

/// What a table shows of a row: medians of the samples that were taken at one speed of the machine.
struct RingFigures {
  unsigned samples = 0;  ///< that count; 0: there are no figures
  int regime = -1;       ///< the speed at which they were taken, 0 the fastest; -1: no CPU crossed
  RingSample median;     ///< discarded: the sum, cpu_lost: the most, of all samples
  double spread = 0;     ///< of ns: (largest - smallest) / median
};

/// One for each row. Samples whose cache-line round trips differ by a factor of 1.6 and more, with
/// none in between, belong to different regimes and are never mixed: a row shows those of the
/// regime in which most samples of the whole file are, or, when it has none of them, of another.
struct RingSummary {
  int usual_regime = -1;
  std::vector<double> regime_ns;  ///< median round trip of each regime
  std::vector<RingFigures> rows;
};
RingSummary summarize(const RingResults& results);

}  // namespace ringside::harness
