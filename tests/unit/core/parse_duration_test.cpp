// SPDX-License-Identifier: BSD-3-Clause
#include "core/parse_duration.hpp"

#include <gtest/gtest.h>

namespace ringside {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, TakesMillisecondsSecondsAndPlainSeconds) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("1s"), 1s);
  EXPECT_EQ(parse_duration("0.25s"), 250ms);
  EXPECT_EQ(parse_duration("2"), 2s);
  EXPECT_EQ(parse_duration("1.5"), 1500ms);
  EXPECT_EQ(parse_duration("0"), 0s);
}

TEST(ParseDuration, TakesNothingElse) {
  for (const char* text : {"", "s", "ms", "-1s", "1m", "1 s", "1e3", "nan", "inf", "1ss", "0x1",
                           "86401", "soon", "1.2.3", "+1"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace ringside
