// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/steps.hpp"

#include <gtest/gtest.h>

namespace ringside::harness::perf {
namespace {

TEST(ReasonIn, IsTheLineWithTheFirstError) {
  EXPECT_EQ(reason_in("[1/3] compiling\na.cpp:7:1: error: expected ';'\nb.cpp: error: more\n"),
            "a.cpp:7:1: error: expected ';'");
}

TEST(ReasonIn, HasWhatCMakeSaysBelowTheLineThatSaysWhere) {
  EXPECT_EQ(
      reason_in("-- looking\nCMake Error at CMakeLists.txt:1 (message):\n  no such option\n\n\n"
                "-- Configuring incomplete\n"),
      "CMake Error at CMakeLists.txt:1 (message): no such option");
  EXPECT_EQ(reason_in("CMake Error at CMakeLists.txt:1 (message):"),
            "CMake Error at CMakeLists.txt:1 (message):");
}

TEST(ReasonIn, OfWhatNamesNoErrorIsTheFirstLine) {
  EXPECT_EQ(reason_in("killed\nby somebody\n"), "killed");
  EXPECT_EQ(reason_in(""), "it says nothing");
}

}  // namespace
}  // namespace ringside::harness::perf
