// SPDX-License-Identifier: BSD-3-Clause
// Whether one build is slower than another, from the log-ratios of pairs of runs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/perf/statistics.hpp"

namespace ringside::harness::perf {

enum class Verdict { kBetter, kSame, kWorse, kTooNoisy };

/// "better", "same", "worse", "too noisy to say".
std::string_view to_text(Verdict verdict);

struct Rule {
  double threshold = 0.01;  ///< changes of time below this one matter to nobody
  double alpha = 0.001;     ///< how often a bound of the median may be wrong
};

/// "Same" says that a change of so many thresholds would have been seen.
inline constexpr double kSeenThresholds = 3;

/// Of one batch of pairs. Worse: the lower bound of the median is above the threshold; better: the
/// mirror image. Same: both bounds are nearer to no change than kSeenThresholds thresholds. What is
/// none of these is too noisy, as are no bounds at all (too few pairs).
Verdict judge(const std::optional<MedianBounds>& bounds, const Rule& rule);

/// An alarm has to be raised twice. Precondition: `first` is an alarm.
/// Gives `second`, unless that is the opposite alarm: two that contradict each other say nothing.
Verdict confirm(Verdict first, Verdict second);

/// Better and worse are alarms: a second batch has to confirm them.
bool is_alarm(Verdict verdict);

/// Instructions for one element, of two builds.
struct InstructionPair {
  double base = 0, head = 0;
  bool operator==(const InstructionPair&) const = default;
};

/// Changes of instructions below it count as none; twice as much is what has to be seen.
inline constexpr double kInstructionThreshold = 0.0025;

/// Worse: more instructions. There is no noise to be told from.
Verdict judge(const InstructionPair& instructions);
/// Worse in time; or more instructions, unless these take less time.
bool is_regression(Verdict time, const std::optional<InstructionPair>& instructions);
/// "more", "fewer", "same".
std::string_view instructions_text(const InstructionPair& instructions);
/// "+0.521 %"
std::string instruction_change(const InstructionPair& instructions);

/// A benchmark of which is_regression() is true, and `change` of its time ("+3.00 %").
struct Regression {
  std::string benchmark;
  Verdict time = Verdict::kWorse;
  std::string change;
  std::optional<InstructionPair> instructions;
};
/// What ends a command with kRegression: each of them and why it is one. "" for none.
std::string regressions_sentence(const std::vector<Regression>& regressions);

/// Of two runs that were not interleaved: worse when the median of `head` at its best is above the
/// median of `base` at its worst by more than the threshold. Values are times.
Verdict judge_apart(const std::optional<MedianBounds>& base,
                    const std::optional<MedianBounds>& head, double threshold);

}  // namespace ringside::harness::perf
