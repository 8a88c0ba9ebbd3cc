// SPDX-License-Identifier: BSD-3-Clause
#include "harness/up/back_off.hpp"

#include <gtest/gtest.h>

namespace ringside::harness {
namespace {

using namespace std::chrono_literals;

TEST(BackOffTest, TheFirstCrashCostsNoPauseAndLaterOnesTwiceTheLast) {
  BackOff back_off;
  EXPECT_EQ(back_off.after(0s), 0s);
  EXPECT_EQ(back_off.after(1s), 100ms);
  EXPECT_EQ(back_off.after(1s), 200ms);
  EXPECT_EQ(back_off.after(1s), 400ms);
}

TEST(BackOffTest, ThePauseHasALimit) {
  BackOff back_off;
  for (int i = 0; i < 20; ++i) back_off.after(1s);
  EXPECT_EQ(back_off.after(1s), BackOff::kLongest);
}

TEST(BackOffTest, WhoRanLongStartsAfresh) {
  BackOff back_off;
  for (int i = 0; i < 5; ++i) back_off.after(1s);
  EXPECT_EQ(back_off.after(BackOff::kWell), 0s);
  EXPECT_EQ(back_off.after(1s), 100ms);
}

}  // namespace
}  // namespace ringside::harness
