// SPDX-License-Identifier: BSD-3-Clause
// The scripts of bench/ that prove `ringside perf ab`: what they make of verdicts, which a program
// in ringside's place gives, and once all the real programs.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class SelftestScripts : public test::RingsideTest {
 protected:
  SelftestScripts() {
    std::filesystem::create_directories(directory_ + "/build/bin");
    std::filesystem::create_directories(directory_ + "/tools");
    write_program("build/bin/ringside_core_bench", "");
    write_program("tools/cmake", "");
    write_program("build/bin/ringside",
                  "while [ \"$1\" != --json ]; do shift; done\n"
                  "for each in $VERDICTS; do echo \"\\\"verdict\\\": \\\"$each\\\"\"; done |"
                  " tr _ ' ' > \"$2\"\n"
                  "exit $CODE");
  }

  /// Runs a script of bench/ whose comparisons have these verdicts ("too_noisy_to_say").
  test::RingsideRun script(const std::string& words, const std::string& verdicts, int code = 0) {
    return shell("export BUILD=\"$PWD/build\" PATH=\"$PWD/tools:$PATH\" VERDICTS='" + verdicts +
                 "' CODE=" + std::to_string(code) + "; " + kScripts + words);
  }

  const std::string kScripts = RINGSIDE_SOURCE_DIR "/bench/";
};

TEST_F(SelftestScripts, SameCountsFalseAlarms) {
  const auto quiet = script("selftest_same 2", "same too_noisy_to_say");
  EXPECT_EQ(quiet.code, 0) << quiet.err;
  EXPECT_THAT(quiet.out, AllOf(HasSubstr("0 worse, 0 better, 2 same, 2 too noisy to say"),
                               HasSubstr("false alarms: 0")));
  const auto alarm = script("selftest_same 2", "same worse", 3);
  EXPECT_EQ(alarm.code, 1);
  EXPECT_THAT(alarm.out, HasSubstr("false alarms: 2"));
}

TEST_F(SelftestScripts, SlowdownCountsWhatWasFound) {
  const auto found = script("selftest_slowdown 5 2", "worse worse", 3);
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_THAT(found.out, HasSubstr("a slowdown of 5 %: found 4 of 4 times"));
  EXPECT_EQ(script("selftest_slowdown 5 2", "worse same", 3).code, 1);
}

TEST_F(SelftestScripts, NothingComparedProvesNothing) {
  EXPECT_EQ(script("selftest_same 2", "too_noisy_to_say").code, 1);
  EXPECT_EQ(script("selftest_same 2", "").code, 1);
  EXPECT_EQ(script("selftest_slowdown 5 2", "").code, 1);
}

TEST_F(SelftestScripts, AComparisonThatFailsEndsThem) {
  const auto failed = script("selftest_same 2", "same", 5);
  EXPECT_EQ(failed.code, 6);
  EXPECT_THAT(failed.err, HasSubstr("perf ab ended with 5"));
}

TEST_F(SelftestScripts, ComparesTheRealPrograms) {
  const auto run = shell("BUILD=" RINGSIDE_BIN_DIR "/.. " + kScripts +
                         "selftest_same 1 --pairs 12 --sample 2ms --only core_bench/hash");
  EXPECT_THAT(run.out, AllOf(HasSubstr("1 comparisons in "), HasSubstr("false alarms: ")))
      << run.err;
}

}  // namespace
}  // namespace ringside::harness
