// SPDX-License-Identifier: BSD-3-Clause
// Options that the commands of `ringside perf` share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/perf/ab.hpp"

namespace CLI {
class App;
}

namespace ringside::harness {

/// "3%" or "0.03", between 0 and 1.
std::optional<double> parse_share(std::string text);
/// For CLI11: "" or what is wrong.
std::string share_check(const std::string& text);

/// A line on standard error.
void say_progress(const std::string& what);

/// What is measured and how.
struct PerfMeasureOptions {
  std::string suite = perf::kWholeSuite;
  std::vector<std::string> only;
  std::string frames;
  std::string sample = "20ms";
  std::size_t pairs = 40;
  std::optional<unsigned> cpu;
  bool no_instructions = false;

  void declare(CLI::App& app);
  perf::Selection selection() const;
  perf::PairPlan plan() const;
  /// Whether the capture can be worked on. Errors: kUsage, before anything is built.
  Status check_frames() const;
  /// As PerfResult::frames.
  std::string frames_text() const;
  /// The CPU of the benchmarks, and another one where there is any. Errors: kUsage, no such CPU.
  Result<perf::BenchPlace> place() const;
  /// "" or why instructions, which are wanted, cannot be counted. Errors: interrupted.
  Result<std::string> why_not_counted(World& world, const std::string& scratch) const;
};

}  // namespace ringside::harness
