// SPDX-License-Identifier: BSD-3-Clause
// JUnit XML. There is no standard; the default dialect is what GitLab, GitHub actions and pytest
// readers take, the other one is what Jenkins's xunit plugin validates (junit-10.xsd): no file and
// line at a test case, no count of skipped tests at the root.
#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "harness/report/run_report.hpp"
#include "harness/report/xml_text.hpp"

namespace ringside::harness {
namespace {

/// One test case: the steps of a scenario, or one of its checks.
struct Case {
  std::string name;
  Outcome outcome = Outcome::kPass;
  std::string message;  // one line
  std::string details;
  double duration_s = 0;
  unsigned line = 1;
};

struct Counts {
  unsigned tests = 0;
  unsigned failures = 0;
  unsigned errors = 0;
  unsigned skipped = 0;

  void add(Outcome outcome) {
    ++tests;
    failures += outcome == Outcome::kFail;
    errors += outcome == Outcome::kError;
    skipped += outcome == Outcome::kSkip;
  }
};

void set(pugi::xml_node node, const char* attribute, std::string_view value) {
  node.append_attribute(attribute).set_value(xml_text(value).c_str());
}

void set(pugi::xml_node node, const char* attribute, unsigned value) {
  node.append_attribute(attribute).set_value(value);
}

void set_time(pugi::xml_node node, double seconds) {
  set(node, "time", fmt::format("{:.3f}", seconds));
}

std::string suite_name(const ScenarioResult& scenario) {
  return scenario.repetition == 0 ? scenario.name
                                  : fmt::format("{} #{}", scenario.name, scenario.repetition);
}

std::string step_in_words(const StepResult& step) {
  std::string words = fmt::format("{} (line {}, {:.3f} s): {}\n", to_string(step.outcome),
                                  step.line, step.duration_s, step.text);
  if (step.outcome == Outcome::kPass) return words;
  return words + fmt::format("  expected: {}\n  observed: {}\n", step.expected, step.observed);
}

/// The play itself. It also stands for what neither a step nor a check explains, such as a machine
/// on which the scenario cannot run.
Case steps_case(const ScenarioResult& scenario) {
  Case result;
  result.name = "steps";
  result.line = scenario.line;
  double in_steps = 0;
  bool explained = scenario.outcome == Outcome::kPass;
  for (const StepResult& step : scenario.steps) {
    result.details += step_in_words(step);
    in_steps += step.duration_s;
    if (step.outcome == Outcome::kPass || result.outcome != Outcome::kPass) continue;
    explained = true;
    result.outcome = step.outcome;
    result.line = step.line;
    result.message =
        fmt::format("{}: expected {}, observed {}", step.text, step.expected, step.observed);
  }
  for (const CheckResult& check : scenario.checks) {
    explained = explained || check.outcome == scenario.outcome;
  }
  if (!explained) {
    result.outcome = scenario.outcome;
    result.message = scenario.message;
  }
  result.duration_s = scenario.checks.empty() ? scenario.duration_s : in_steps;
  return result;
}

Case check_case(const CheckResult& check, unsigned line) {
  Case result;
  result.name = check.name;
  result.outcome = check.outcome;
  result.line = line;
  result.message = check.reasons.empty() ? check.summary : check.reasons.front();
  for (const std::string& reason : check.reasons) result.details += reason + "\n";
  if (check.more_reasons != 0) result.details += fmt::format("and {} more\n", check.more_reasons);
  return result;
}

const char* element_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kFail:
      return "failure";
    case Outcome::kError:
      return "error";
    case Outcome::kSkip:
      return "skipped";
    case Outcome::kPass:
      break;
  }
  return nullptr;
}

void write_case(pugi::xml_node suite, const ScenarioResult& scenario, const Case& test,
                JunitDialect dialect) {
  pugi::xml_node node = suite.append_child("testcase");
  set(node, "name", test.name);
  set(node, "classname", "ringside." + suite_name(scenario));
  if (dialect == JunitDialect::kDefault) {
    set(node, "file", scenario.file);
    set(node, "line", test.line);
  }
  set_time(node, test.duration_s);
  const char* element = element_of(test.outcome);
  if (element == nullptr) return;
  pugi::xml_node result = node.append_child(element);
  set(result, "message", test.message);
  if (test.outcome != Outcome::kSkip) {
    set(result, "type", "ringside." + test.name);
    result.text().set(xml_text(test.details).c_str());
  }
}

void write_property(pugi::xml_node properties, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  pugi::xml_node property = properties.append_child("property");
  set(property, "name", name);
  set(property, "value", value);
}

void write_properties(pugi::xml_node suite, const ScenarioResult& scenario) {
  pugi::xml_node properties = suite.append_child("properties");
  write_property(properties, "file", scenario.file);
  write_property(properties, "seed", fmt::format("{}", scenario.seed));
  write_property(properties, "memory", scenario.memory);
  write_property(properties, "tags", fmt::format("{}", fmt::join(scenario.tags, ",")));
  write_property(properties, "artifacts", scenario.artifacts);
  write_property(properties, "repeat", scenario.repeat_command);
}

void write_logs(pugi::xml_node suite, const ScenarioResult& scenario) {
  std::string logs;
  for (const ProgramLog& program : scenario.programs) {
    logs += fmt::format("{}: {} ({})\n", program.name, program.command, program.end);
    for (const std::string& line : program.tail) logs += "  " + line + "\n";
  }
  if (!logs.empty()) suite.append_child("system-out").text().set(xml_text(logs).c_str());
}

Counts write_suite(pugi::xml_node root, const RunReport& report, const ScenarioResult& scenario,
                   unsigned id, JunitDialect dialect) {
  std::vector<Case> cases = {steps_case(scenario)};
  for (const CheckResult& check : scenario.checks) {
    cases.push_back(check_case(check, scenario.line));
  }
  Counts counts;
  for (const Case& test : cases) counts.add(test.outcome);

  pugi::xml_node suite = root.append_child("testsuite");
  set(suite, "name", suite_name(scenario));
  set(suite, "tests", counts.tests);
  set(suite, "failures", counts.failures);
  set(suite, "errors", counts.errors);
  set(suite, "skipped", counts.skipped);
  set_time(suite, scenario.duration_s);
  // Without the Z: the schemas of old readers take local times only.
  set(suite, "timestamp", report.started.substr(0, report.started.find('Z')));
  set(suite, "hostname", report.hostname);
  set(suite, "id", id);
  set(suite, "package", "ringside");
  write_properties(suite, scenario);
  for (const Case& test : cases) write_case(suite, scenario, test, dialect);
  if (scenario.outcome != Outcome::kPass) write_logs(suite, scenario);
  return counts;
}

}  // namespace

std::string to_junit(const RunReport& report, JunitDialect dialect) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node root = document.append_child("testsuites");
  set(root, "name", "ringside");
  Counts total;
  unsigned id = 0;
  for (const ScenarioResult& scenario : report.scenarios) {
    const Counts counts = write_suite(root, report, scenario, id++, dialect);
    total.tests += counts.tests;
    total.failures += counts.failures;
    total.errors += counts.errors;
    total.skipped += counts.skipped;
  }
  set(root, "tests", total.tests);
  set(root, "failures", total.failures);
  set(root, "errors", total.errors);
  if (dialect == JunitDialect::kDefault) set(root, "skipped", total.skipped);
  set_time(root, report.duration_s);
  std::ostringstream xml;
  document.save(xml, "  ");
  return xml.str();
}

}  // namespace ringside::harness
