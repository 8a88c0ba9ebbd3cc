// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/ab.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness::perf {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Programs that answer by the protocol; nanoseconds of a round by build and benchmark.
class AbTest : public ::testing::Test {
 protected:
  AbTest() {
    launcher_.on_start = [this](test::FakeProcess& process, const ProcessSpec& spec) {
      const auto& costs = costs_[spec.argv[0].substr(0, spec.argv[0].find('/'))];
      process.lines = {std::string(kBenchGreeting)};
      for (const auto& each : costs) process.lines.push_back("benchmark " + each.first + " 100");
      process.lines.emplace_back(kBenchReady);
      process.on_write = [&process, &costs](const std::string& request) {
        std::istringstream words(request);
        std::string name;
        std::uint64_t rounds = 0;
        words >> name >> rounds;
        process.lines.push_back(std::to_string(rounds * costs.at(name)));
      };
    };
  }

  Result<std::vector<AbRow>> rows(const Selection& selection = {}) {
    AbSettings settings;
    settings.selection = selection;
    return compare_builds(world_, place_, {"base", "v1"}, {"head", "v2"}, settings,
                          [](const std::string&) {});
  }

  std::map<std::string, std::map<std::string, std::uint64_t>> costs_;
  test::FakeClock clock_;
  test::FakeLauncher launcher_;
  InterruptFlag flag_{0};
  World world_{clock_, launcher_, flag_, nullptr};
  BenchPlace place_{0, "/nowhere", false};
};

TEST_F(AbTest, EveryBenchmarkOfEitherBuildHasARow) {
  costs_ = {{"base", {{"gone", 1000}, {"hash", 1000}, {"parse", 1000}}},
            {"head", {{"hash", 1000}, {"new", 1000}, {"parse", 1100}}}};
  const auto compared = rows();
  ASSERT_TRUE(compared) << compared.error().message;
  ASSERT_EQ(compared->size(), 4u);
  EXPECT_EQ((*compared)[0].missing, "head");
  EXPECT_EQ((*compared)[1].comparison.verdict, Verdict::kSame);
  EXPECT_EQ((*compared)[2].comparison.verdict, Verdict::kWorse);
  EXPECT_EQ((*compared)[3].missing, "base");

  AbReport report;
  report.base.label = "v1";
  report.head.label = "v2";
  report.rows = *compared;
  EXPECT_EQ(exit_code(report), ExitCode::kRegression);
  EXPECT_THAT(to_text(report), AllOf(HasSubstr("1 worse, 0 better, 1 same, 0 too noisy to say"),
                                     HasSubstr("+10.00 %"), HasSubstr("not in head")));
  EXPECT_THAT(to_markdown(report),
              AllOf(HasSubstr("| `ringside_core_bench/parse` | 10.000 | 11.000 | +10.00 % |"),
                    HasSubstr("| **worse** |"), HasSubstr("| same |")));
  EXPECT_THAT(to_json(report), HasSubstr("\"schema\": \"ringside.perf-ab/1\""));
  report.rows.erase(report.rows.begin() + 2);
  EXPECT_EQ(exit_code(report), ExitCode::kOk);
}

TEST_F(AbTest, OnlyWhatIsSelectedRuns) {
  costs_ = {{"base", {{"hash", 1000}, {"parse", 1000}}},
            {"head", {{"hash", 1000}, {"parse", 1000}}}};
  Selection selection;
  selection.only = {"/pars"};
  const auto compared = rows(selection);
  ASSERT_TRUE(compared);
  ASSERT_EQ(compared->size(), 1u);
  EXPECT_EQ((*compared)[0].benchmark, "parse");
  EXPECT_EQ((*compared)[0].rounds, 2000u) << "2 ms, a tenth of 20 ms, of 1000 ns each";
  selection.only = {"nothing"};
  EXPECT_EQ(rows(selection).error().code, ExitCode::kNothingToDo);
}

TEST_F(AbTest, AProgramThatSpeaksSomethingElseOrEndsIsAnError) {
  launcher_.on_start = [](test::FakeProcess& process, const ProcessSpec&) {
    process.lines = {"hello"};
  };
  EXPECT_THAT(rows().error().message, HasSubstr("began with \"hello\""));
  launcher_.on_start = [](test::FakeProcess& process, const ProcessSpec&) {
    process.end = ProcessEnd{5, 0};
  };
  EXPECT_THAT(rows().error().message, HasSubstr("ringside_core_bench ended with exit 5"));
}

TEST_F(AbTest, AnInterruptEndsTheWait) {
  launcher_.on_start = nullptr;
  flag_ = SIGINT;
  EXPECT_EQ(rows().error().code, ExitCode::kInterrupted);
}

}  // namespace
}  // namespace ringside::harness::perf
