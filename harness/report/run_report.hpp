// SPDX-License-Identifier: BSD-3-Clause
// What `ringside run` found, and its renderings: JSON (schema ringside.run/1, described in
// README.md), JUnit XML, text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/checks/checks.hpp"

namespace ringside::harness {

/// One step of a scenario, as it went.
struct StepResult {
  std::string text;   ///< as the scenario has it: "send port 0, 1000 packets of a.pcap"
  unsigned line = 0;  ///< in the scenario's file
  Outcome outcome = Outcome::kPass;
  double duration_s = 0;
  std::string expected;  ///< if it is no pass
  std::string observed;
};

/// A program that took part.
struct ProgramLog {
  std::string name;               ///< "server", "client0"
  std::string command;            ///< to be pasted into a shell
  std::string end;                ///< "exit 0", "signal 9"
  std::vector<std::string> tail;  ///< last lines of what it printed
};

struct ScenarioResult {
  std::string name;
  std::string file;  ///< the scenario's, relative to where ringside was started
  unsigned line = 1;
  std::vector<std::string> tags;
  Outcome outcome = Outcome::kPass;
  std::string message;  ///< one line: why it is no pass, if steps and checks do not say so
  double duration_s = 0;
  std::uint64_t seed = 0;
  std::string memory;       ///< "hugepages" or "no-huge"
  unsigned repetition = 0;  ///< --repeat: from 1; 0 = not repeated
  std::vector<StepResult> steps;
  std::vector<CheckResult> checks;
  std::vector<ProgramLog> programs;
  std::string artifacts;       ///< directory that was kept, or empty
  std::string repeat_command;  ///< runs this scenario again as it ran here
};

struct RunReport {
  std::string version;  ///< of ringside
  std::string started;  ///< ISO 8601 in UTC: 2024-01-31T12:00:00Z
  std::string hostname;
  std::uint64_t seed = 0;
  double duration_s = 0;
  bool interrupted = false;
  std::vector<ScenarioResult> scenarios;
};

/// How many scenarios ended in which way.
struct Tally {
  unsigned passed = 0;
  unsigned failed = 0;
  unsigned skipped = 0;
  unsigned errors = 0;
  unsigned total() const { return passed + failed + skipped + errors; }
};
Tally tally(const RunReport& report);

/// Schema ringside.run/1, indented.
std::string to_json(const RunReport& report);

enum class JunitDialect {
  kDefault,  ///< with file and line at each test case
  kJenkins,  ///< only what Jenkins's junit-10.xsd allows
};
/// A test suite for each scenario, a test case for its steps and one for each check.
std::string to_junit(const RunReport& report, JunitDialect dialect);

/// For people. `colour` adds ANSI escapes.
std::string to_text(const RunReport& report, bool colour);
/// One scenario of it: a line if it passed; steps, reasons and logs if it did not.
std::string to_text(const ScenarioResult& scenario, bool colour);

}  // namespace ringside::harness
