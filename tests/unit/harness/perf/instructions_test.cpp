// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/instructions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harness/perf/decision.hpp"
#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness::perf {
namespace {

using ::testing::HasSubstr;

/// valgrind that says what a test wants it to say.
class InstructionsTest : public ::testing::Test {
 protected:
  InstructionsTest() {
    std::filesystem::create_directories(directory_);
    launcher_.on_start = [this](test::FakeProcess& process, const ProcessSpec& spec) {
      std::ifstream request(directory_ + "/request");
      std::string name;
      std::uint64_t rounds = 0;
      request >> name >> rounds;
      std::ofstream(spec.stdout_file) << says_(rounds);
      process.end = end_;
    };
  }
  ~InstructionsTest() override { std::filesystem::remove_all(directory_); }

  Result<double> count() {
    return count_instructions(world_, directory_, {"bin/bench"}, {"parse", 1000});
  }

  std::function<std::string(std::uint64_t)> says_;
  ProcessEnd end_{0, 0};
  const std::string directory_ =
      ::testing::TempDir() + "instructions." + std::to_string(::getpid());
  test::FakeClock clock_;
  test::FakeLauncher launcher_;
  InterruptFlag flag_{0};
  World world_{clock_, launcher_, flag_, nullptr};
};

std::string collected(std::uint64_t count) {
  return "ready\n12345\n==7== \n==7== Events    : Ir\n==7== Collected : " + std::to_string(count) +
         "\n==7== \n==7== I   refs:      1,234\n";
}

TEST_F(InstructionsTest, WhatHappensOnceDoesNotCount) {
  says_ = [](std::uint64_t rounds) { return collected(31894929 + rounds * 122000); };
  const auto counted = count();
  ASSERT_TRUE(counted) << counted.error().message;
  EXPECT_DOUBLE_EQ(*counted, 122) << "of 1000 elements a round";
  EXPECT_EQ(launcher_.specs.size(), 2u) << "two lengths of one run";
}

TEST_F(InstructionsTest, AProgramThatFailsUnderValgrindIsAnError) {
  says_ = [](std::uint64_t) { return "ready\nerror no packet was delivered\n" + collected(5); };
  EXPECT_EQ(count().error().message, "parse under valgrind: error no packet was delivered");
  says_ = [](std::uint64_t) { return "valgrind: Fatal error at startup\n"; };
  EXPECT_THAT(count().error().message, HasSubstr("Fatal error at startup"));
  says_ = [](std::uint64_t) { return collected(5); };
  EXPECT_THAT(count().error().message, HasSubstr("more rounds take no more instructions"));
  end_ = {6, 0};
  says_ = [](std::uint64_t rounds) { return collected(rounds); };
  EXPECT_FALSE(count());
}

TEST_F(InstructionsTest, WithoutValgrindThereIsASentence) {
  says_ = [](std::uint64_t) { return ""; };
  EXPECT_EQ(*why_not_counted(world_, directory_), "");
  end_ = {127, 0};
  EXPECT_EQ(*why_not_counted(world_, directory_), "there is no valgrind (Debian: valgrind)");
}

TEST(Instructions, HalfAPerCentIsSeen) {
  EXPECT_EQ(judge(InstructionPair{200, 201}), Verdict::kWorse);
  EXPECT_EQ(judge(InstructionPair{201, 200}), Verdict::kBetter);
  EXPECT_EQ(judge(InstructionPair{200, 200.4}), Verdict::kSame);
  EXPECT_EQ(judge(InstructionPair{200.4, 200}), Verdict::kSame);
}

TEST(Instructions, AreReadOutOfCallgrindsWords) {
  EXPECT_EQ(collected_in(collected(131469327)), 131469327u);
  EXPECT_EQ(collected_in("==7== Events    : Ir\n"), std::nullopt);
  EXPECT_EQ(collected_in("==7== Collected : many\n"), std::nullopt);
}

}  // namespace
}  // namespace ringside::harness::perf
