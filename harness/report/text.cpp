// SPDX-License-Identifier: BSD-3-Clause
#include "harness/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/checks/verdict.hpp"
#include "harness/report/run_report.hpp"

namespace ringside::harness {
namespace {

constexpr std::string_view kReset = "\x1b[0m";

std::string_view escape_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "\x1b[32m";
    case Outcome::kSkip:
      return "\x1b[33m";
    case Outcome::kFail:
    case Outcome::kError:
      break;
  }
  return "\x1b[1;31m";
}

std::string_view word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "PASS";
    case Outcome::kFail:
      return "FAIL";
    case Outcome::kSkip:
      return "SKIP";
    case Outcome::kError:
      break;
  }
  return "ERROR";
}

/// "9 checks passed, 1 skipped"
std::string checks_in_brief(const std::vector<CheckResult>& checks) {
  const auto passed = std::ranges::count(checks, Outcome::kPass, &CheckResult::outcome);
  const auto skipped = std::ranges::count(checks, Outcome::kSkip, &CheckResult::outcome);
  if (checks.empty()) return "";
  return skipped == 0 ? fmt::format("{} checks passed", passed)
                      : fmt::format("{} checks passed, {} skipped", passed, skipped);
}

std::string steps_text(const std::vector<StepResult>& steps, bool colour) {
  std::string text;
  for (const StepResult& step : steps) {
    text += fmt::format("        {} {}  (line {}, {:.2f} s)\n", badge(step.outcome, colour),
                        step.text, step.line, step.duration_s);
    if (step.outcome == Outcome::kPass) continue;
    text += fmt::format("              expected: {}\n              observed: {}\n", step.expected,
                        step.observed);
  }
  return text;
}

std::string programs_text(const std::vector<ProgramLog>& programs) {
  std::string text;
  for (const ProgramLog& program : programs) {
    text += fmt::format("      {} ({}): {}\n", program.name, program.end, program.command);
    for (const std::string& line : program.tail) text += fmt::format("        | {}\n", line);
  }
  return text;
}

std::string headline(const ScenarioResult& scenario, bool colour) {
  const std::string name = scenario.repetition == 0
                               ? scenario.name
                               : fmt::format("{} #{}", scenario.name, scenario.repetition);
  const std::string what =
      scenario.outcome == Outcome::kPass ? checks_in_brief(scenario.checks) : scenario.message;
  std::string line = fmt::format("{} {:<36} {:>6.2f} s  {:<9}  {}", badge(scenario.outcome, colour),
                                 name, scenario.duration_s, scenario.memory, what);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string badge(Outcome outcome, bool colour) {
  const std::string_view word = word_of(outcome);
  const std::string padding(5 - word.size(), ' ');
  return colour ? fmt::format("{}{}{}{}", escape_of(outcome), word, kReset, padding)
                : fmt::format("{}{}", word, padding);
}

std::string bold(std::string_view text, bool colour) {
  return colour ? fmt::format("\x1b[1m{}{}", text, kReset) : std::string(text);
}

std::string checks_text(const std::vector<CheckResult>& checks, std::string_view indent,
                        bool colour) {
  std::string text;
  for (const CheckResult& check : checks) {
    const bool skipped = check.outcome == Outcome::kSkip;
    const std::string& said = skipped && !check.reasons.empty() ? check.reasons[0] : check.summary;
    const std::string left_out =
        check.left_out == 0
            ? ""
            : fmt::format(" ({} left out: not to be told whose)", counted(check.left_out, "frame"));
    text += fmt::format("{}{} {:<13} {}{}\n", indent, badge(check.outcome, colour), check.name,
                        said, left_out);
    if (skipped) continue;
    for (const std::string& reason : check.reasons) {
      text += fmt::format("{}        - {}\n", indent, reason);
    }
    if (check.more_reasons != 0) {
      text += fmt::format("{}        - and {} more\n", indent, check.more_reasons);
    }
  }
  return text;
}

std::string to_text(const ScenarioResult& scenario, bool colour) {
  std::string text = headline(scenario, colour);
  if (scenario.outcome == Outcome::kPass || scenario.outcome == Outcome::kSkip) return text;
  if (!scenario.file.empty()) text += fmt::format("      {}:{}\n", scenario.file, scenario.line);
  if (!scenario.steps.empty()) text += "      steps\n" + steps_text(scenario.steps, colour);
  if (!scenario.checks.empty()) {
    text += "      checks\n" + checks_text(scenario.checks, "        ", colour);
  }
  text += programs_text(scenario.programs);
  if (!scenario.artifacts.empty()) text += fmt::format("      kept: {}\n", scenario.artifacts);
  if (!scenario.repeat_command.empty()) {
    text += fmt::format("      again: {}\n", bold(scenario.repeat_command, colour));
  }
  return text;
}

std::string to_text(const RunReport& report, bool colour) {
  std::string text;
  for (const ScenarioResult& scenario : report.scenarios) text += to_text(scenario, colour);
  const Tally counts = tally(report);
  const Outcome verdict = counts.errors != 0   ? Outcome::kError
                          : counts.failed != 0 ? Outcome::kFail
                          : counts.passed != 0 ? Outcome::kPass
                                               : Outcome::kSkip;
  return text + fmt::format(
                    "\n{} {} scenarios: {} passed, {} failed, {} skipped, {} errors in "
                    "{:.1f} s{}{}\n",
                    badge(verdict, colour), counts.total(), counts.passed, counts.failed,
                    counts.skipped, counts.errors, report.duration_s,
                    report.seed != 0 ? fmt::format(" (order by seed {})", report.seed) : "",
                    report.interrupted ? ", interrupted" : "");
}

}  // namespace ringside::harness
