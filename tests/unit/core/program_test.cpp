// SPDX-License-Identifier: BSD-3-Clause
#include "core/program.hpp"

#include <gtest/gtest.h>

namespace ringside {
namespace {

TEST(ExitCode, IsZeroForSuccess) {
  EXPECT_EQ(exit_code("mp_server", Done{}), 0);
}

TEST(ExitCode, OfAnErrorComesWithOneLineThatNamesTheProgram) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(exit_code("mp_client", environment_error("no server; start one")), 5);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "mp_client: error: no server; start one\n");
}

TEST(ExitCode, OfWrongWordsIsTwo) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(exit_code("x", Error{"bad"}), 2);
  ::testing::internal::GetCapturedStderr();
}

TEST(Help, IsAskedForOnEitherSideOfTheDoubleDash) {
  const auto asks = [](std::vector<const char*> argv) {
    return asks_for_help(split_args(static_cast<int>(argv.size()), argv.data()));
  };
  EXPECT_TRUE(asks({"mp_server", "--help"}));
  EXPECT_TRUE(asks({"mp_server", "--", "-h"}));
  EXPECT_FALSE(asks({"mp_server", "--", "-p", "3"}));
}

}  // namespace
}  // namespace ringside
