// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/ab.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "harness/perf/record.hpp"
#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness::perf {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Programs that answer by the protocol; nanoseconds of a round by build and benchmark.
class AbTest : public ::testing::Test {
 protected:
  AbTest() {
    launcher_.on_start = [this](test::FakeProcess& process, const ProcessSpec& spec) {
      const auto& costs = costs_[spec.argv[0].substr(0, spec.argv[0].find('/'))];
      process.lines = {std::string(kBenchGreeting)};
      for (const auto& each : costs) {
        const bool crosses = each.first.starts_with("cross");
        process.lines.push_back((crosses ? "cross-core " : "benchmark ") + each.first + " 100");
      }
      process.lines.emplace_back(kBenchReady);
      process.on_write = [this, &process, &costs](const std::string& request) {
        std::istringstream words(request);
        std::string name;
        std::uint64_t rounds = 0;
        words >> name >> rounds;
        const std::uint64_t late = late_[requests_++];
        process.lines.push_back(std::to_string(rounds * costs.at(name) + late) +
                                (name.starts_with("cross") ? " 105 " + after_ : ""));
      };
    };
  }

  Result<std::vector<AbRow>> rows(const Selection& selection = {}) {
    AbSettings settings;
    settings.selection = selection;
    return compare_builds(world_, place_, base_, head_, settings, [](const std::string&) {});
  }

  const std::string core_ = "ringside_core_bench", path_ = "ringside_path_bench";
  Build base_{"base", "v1", {core_}}, head_{"head", "v2", {core_}};

  std::map<std::string, std::map<std::string, std::uint64_t>> costs_;
  std::map<int, std::uint64_t> late_;  ///< nanoseconds on top, by number of the request
  int requests_ = 0;
  std::string after_ = "105";  ///< nanoseconds of a round trip after the work
  test::FakeClock clock_;
  test::FakeLauncher launcher_;
  InterruptFlag flag_{0};
  World world_{clock_, launcher_, flag_, nullptr};
  BenchPlace place_{0, {}, "/nowhere", false};
};

TEST_F(AbTest, EveryBenchmarkOfEitherBuildHasARow) {
  costs_ = {{"base", {{"gone", 1000}, {"hash", 1000}, {"parse", 1000}}},
            {"head", {{"hash", 1000}, {"new", 1000}, {"parse", 1100}}}};
  const auto compared = rows();
  ASSERT_TRUE(compared) << compared.error().message;
  ASSERT_EQ(compared->size(), 5u);
  EXPECT_EQ((*compared)[0].skipped, "not in head");
  EXPECT_EQ((*compared)[1].comparison.verdict, Verdict::kSame);
  EXPECT_EQ((*compared)[2].comparison.verdict, Verdict::kWorse);
  EXPECT_EQ((*compared)[3].skipped, "not in base");
  EXPECT_EQ((*compared)[4].program, path_);
  EXPECT_EQ((*compared)[4].skipped, "in neither build");

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
  EXPECT_THAT(to_text(report),
              HasSubstr("\nregression: ringside_core_bench/parse (worse, +10.00 %)\n"));
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
  EXPECT_THAT(rows(selection).error().message, HasSubstr(path_ + " is missing"));
  base_.programs.push_back(path_);
  selection.suite = "core";
  EXPECT_EQ(rows(selection).error().message, "no benchmark has such a name");
  selection.only = {};
  EXPECT_EQ(rows(selection).value().size(), 2u) << "nothing of " << path_;
}

TEST_F(AbTest, AMomentThatWasTakenAwayDoesNotMakeThePiecesShort) {
  costs_ = {{"base", {{"hash", 1000}}}, {"head", {{"hash", 1000}}}};
  late_ = {{2, 4'000'000}, {6, 4'000'000}, {7, 4'000'000}};
  const auto compared = rows();
  ASSERT_TRUE(compared) << compared.error().message;
  EXPECT_EQ((*compared)[0].rounds, 2000u);
}

TEST_F(AbTest, ARecordWithoutAnySampleIsNone) {
  costs_ = {{"base", {{"cross", 1000}}}};
  place_.far_cpu = 1;
  after_ = "405";
  const auto recorded = record_build(world_, place_, base_, {}, [](const std::string&) {});
  ASSERT_FALSE(recorded);
  EXPECT_EQ(recorded.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(recorded.error().message, HasSubstr("every sample was disturbed"));
}

TEST_F(AbTest, AProgramThatOneBuildLacksIsSaidAndTheOthersAreCompared) {
  costs_ = {{"base", {{"hash", 1000}}}, {"head", {{"hash", 1000}}}};
  head_.programs.push_back(path_);
  const auto compared = rows();
  ASSERT_TRUE(compared) << compared.error().message;
  ASSERT_EQ(compared->size(), 2u);
  EXPECT_EQ((*compared)[0].comparison.verdict, Verdict::kSame);
  EXPECT_EQ((*compared)[1].program, path_);
  EXPECT_EQ((*compared)[1].skipped, "not in base");
}

TEST_F(AbTest, WorkThatCrossesCpusIsSkippedWhereThereIsOne) {
  costs_ = {{"base", {{"cross", 1000}}}, {"head", {{"cross", 1100}}}};
  base_.programs = head_.programs = {path_};
  Selection selection;
  selection.only = {"/cross"};
  const auto alone = rows(selection);
  ASSERT_TRUE(alone) << alone.error().message;
  EXPECT_EQ(alone->at(0).skipped, "skipped: it needs two CPUs, ringside may use one");
  EXPECT_FALSE(alone->at(0).is_regression());

  place_.far_cpu = 1;
  const auto compared = rows(selection);
  ASSERT_TRUE(compared) << compared.error().message;
  EXPECT_EQ(compared->at(0).comparison.verdict, Verdict::kWorse);
  EXPECT_EQ(compared->at(0).comparison.batches[0].base.size(), 160u);
  EXPECT_THAT(launcher_.specs.back().argv,
              ::testing::ElementsAre("head/" + path_, "--cpu", "0", "--clients-cpu", "1"));
}

TEST_F(AbTest, MoreInstructionsAreARegressionUnlessTheyTakeLessTime) {
  AbReport report;
  AbRow row;
  row.program = core_;
  row.benchmark = "parse";
  row.rounds = 1;
  row.comparison = {Verdict::kSame, {Batch{}}, {std::nullopt}};
  row.instructions = InstructionPair{200, 201};
  report.rows = {row};
  EXPECT_EQ(exit_code(report), ExitCode::kRegression);
  EXPECT_THAT(to_text(report), HasSubstr("200.00     201.00    +0.500 %  more"));
  EXPECT_THAT(to_markdown(report), HasSubstr("| 200.00 | 201.00 | +0.500 % | **more** |"));
  const std::string why =
      "regression: ringside_core_bench/parse (more instructions, +0.500 %, which is more than 0.25 "
      "%)";
  for (const std::string& text : {to_text(report), to_markdown(report)}) {
    EXPECT_THAT(text, AllOf(HasSubstr("1 same, 0 too noisy to say; 1 takes more instructions"),
                            HasSubstr(why)));
  }
  EXPECT_THAT(to_json(report), HasSubstr("\"regression\": true"));
  report.rows[0].comparison.verdict = Verdict::kBetter;
  EXPECT_EQ(exit_code(report), ExitCode::kOk);
  EXPECT_THAT(to_text(report), AllOf(HasSubstr("1 better"), HasSubstr("1 takes more instructions"),
                                     Not(HasSubstr("regression"))));
  EXPECT_THAT(to_json(report), HasSubstr("\"regression\": false"));

  report.rows[0].instructions.reset();
  report.not_counted = "there is no valgrind";
  EXPECT_THAT(to_text(report), AllOf(HasSubstr("skipped, there is no valgrind."),
                                     Not(HasSubstr("instructions for a packet"))));
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
