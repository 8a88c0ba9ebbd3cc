// SPDX-License-Identifier: BSD-3-Clause
#include "harness/report/run_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/harness/report/sample_reports.hpp"

namespace ringside::harness {
namespace {

using fixtures::sample_run;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(RunReport, TalliesScenariosByOutcome) {
  const Tally counts = tally(sample_run());
  EXPECT_EQ(counts.passed, 1u);
  EXPECT_EQ(counts.failed, 1u);
  EXPECT_EQ(counts.skipped, 1u);
  EXPECT_EQ(counts.errors, 0u);
  EXPECT_EQ(counts.total(), 3u);
}

TEST(RunReport, JsonHoldsScenariosStepsChecksAndLogs) {
  const auto json = nlohmann::json::parse(to_json(sample_run()));
  EXPECT_EQ(json["schema"], "ringside.run/1");
  EXPECT_EQ(json["seed"], 42);
  EXPECT_EQ(json["totals"]["failed"], 1);
  const auto& failed = json["scenarios"][1];
  EXPECT_EQ(failed["outcome"], "fail");
  EXPECT_EQ(failed["memory"], "no-huge");
  EXPECT_EQ(failed["steps"][1]["expected"], "100 packets received");
  EXPECT_EQ(failed["steps"][1]["line"], 14);
  EXPECT_EQ(failed["checks"][1]["name"], "affinity");
  EXPECT_EQ(failed["checks"][1]["reasons"][0], "packet 17 went astray");
  EXPECT_EQ(failed["checks"][1]["more_reasons"], 12);
  EXPECT_EQ(failed["programs"][0]["tail"][0], "EAL: Error");
  EXPECT_EQ(failed["repeat_command"], "ringside run paused-client --seed 42");
  EXPECT_FALSE(json["scenarios"][0]["steps"][0].contains("expected"));
}

TEST(RunReport, JsonSurvivesLogsThatAreNoUtf8) {
  RunReport report = sample_run();
  report.scenarios[1].programs[0].tail = {"bad \xff byte"};
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json["scenarios"][1]["programs"][0]["tail"][0], "bad \xef\xbf\xbd byte");
}

TEST(RunReport, TextHasALineForWhatPassedAndTheWholeStoryOfWhatFailed) {
  const std::string text = to_text(sample_run(), false);
  EXPECT_THAT(text, HasSubstr("PASS  flow-hash"));
  EXPECT_THAT(text, HasSubstr("2 checks passed"));
  EXPECT_THAT(text, AllOf(HasSubstr("FAIL  paused-client"), HasSubstr("scenarios/flow_hash.toml:1"),
                          HasSubstr("FAIL  await received  (line 14, 5.00 s)"),
                          HasSubstr("expected: 100 packets received"),
                          HasSubstr("observed: 97 after"), HasSubstr("- packet 17 went astray"),
                          HasSubstr("- and 12 more"), HasSubstr("server (exit 5): mp_server"),
                          HasSubstr("| EAL: Error"), HasSubstr("kept: out/paused-client"),
                          HasSubstr("again: ringside run paused-client --seed 42")));
  EXPECT_THAT(text, HasSubstr("SKIP  live"));
  EXPECT_THAT(text, HasSubstr("needs root"));
  EXPECT_THAT(text, HasSubstr("FAIL  3 scenarios: 1 passed, 1 failed, 1 skipped, 0 errors in 3.5 s "
                              "(order by seed 42)"));
}

TEST(RunReport, TextNamesNoSeedAndNoFileWhereThereIsNone) {
  RunReport report = sample_run();
  report.seed = 0;
  report.scenarios[1].file.clear();
  EXPECT_THAT(to_text(report, false), AllOf(Not(HasSubstr("by seed")), Not(HasSubstr("  :1"))));
}

TEST(RunReport, TextSaysHowManyFramesWereLeftOut) {
  RunReport report = sample_run();
  report.scenarios[0].outcome = Outcome::kFail;
  EXPECT_THAT(to_text(report, false), HasSubstr("0 out of order (3 frames left out"));
}

TEST(RunReport, ColourIsOnlyThereWhenAskedFor) {
  EXPECT_THAT(to_text(sample_run(), false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_text(sample_run(), true), HasSubstr("\x1b[32mPASS\x1b[0m"));
}

TEST(RunReport, TheVerdictOfNothingButSkipsIsASkip) {
  RunReport report = sample_run();
  report.scenarios = {report.scenarios[2]};
  EXPECT_THAT(to_text(report, false), HasSubstr("\nSKIP  1 scenarios"));
}

}  // namespace
}  // namespace ringside::harness
