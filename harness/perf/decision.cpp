// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/decision.hpp"

#include <fmt/format.h>

#include <cmath>

namespace ringside::harness::perf {

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "better";
    case Verdict::kSame:
      return "same";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kTooNoisy:
      break;
  }
  return "too noisy to say";
}

Verdict judge(const std::optional<MedianBounds>& bounds, const Rule& rule) {
  if (!bounds) return Verdict::kTooNoisy;
  const double alarm = std::log1p(rule.threshold);
  const double seen = std::log1p(kSeenThresholds * rule.threshold);
  if (bounds->lower > alarm) return Verdict::kWorse;
  if (bounds->upper < -alarm) return Verdict::kBetter;
  return bounds->lower > -seen && bounds->upper < seen ? Verdict::kSame : Verdict::kTooNoisy;
}

Verdict confirm(Verdict first, Verdict second) {
  return is_alarm(second) && second != first ? Verdict::kTooNoisy : second;
}

bool is_alarm(Verdict verdict) {
  return verdict == Verdict::kBetter || verdict == Verdict::kWorse;
}

Verdict judge(const InstructionPair& instructions) {
  const auto [base, head] = instructions;
  if (head > base * (1 + kInstructionThreshold)) return Verdict::kWorse;
  return base > head * (1 + kInstructionThreshold) ? Verdict::kBetter : Verdict::kSame;
}

bool is_regression(Verdict time, const std::optional<InstructionPair>& instructions) {
  if (time == Verdict::kWorse) return true;
  return instructions && time != Verdict::kBetter && judge(*instructions) == Verdict::kWorse;
}

std::string_view instructions_text(const InstructionPair& instructions) {
  const Verdict verdict = judge(instructions);
  if (verdict == Verdict::kWorse) return "more";
  return verdict == Verdict::kBetter ? "fewer" : "same";
}

std::string instruction_change(const InstructionPair& instructions) {
  return fmt::format("{:+.3f} %", 100 * (instructions.head / instructions.base - 1));
}

std::string regressions_sentence(const std::vector<Regression>& regressions) {
  std::vector<std::string> names;
  for (const Regression& each : regressions) {
    names.push_back(fmt::format(
        "{} ({})", each.benchmark,
        each.time == Verdict::kWorse
            ? "worse, " + each.change
            : fmt::format("more instructions, {}, which is more than {:g} %",
                          instruction_change(*each.instructions), 100 * kInstructionThreshold)));
  }
  return names.empty() ? "" : fmt::format("regression: {}", fmt::join(names, ", "));
}

Verdict judge_apart(const std::optional<MedianBounds>& base,
                    const std::optional<MedianBounds>& head, double threshold) {
  if (!base || !head) return Verdict::kTooNoisy;
  // Bounds of the quotient, in the form that judge() takes.
  const MedianBounds ratio{std::log(head->lower / base->upper),
                           std::log(head->median / base->median),
                           std::log(head->upper / base->lower)};
  return judge(ratio, {.threshold = threshold});
}

}  // namespace ringside::harness::perf
