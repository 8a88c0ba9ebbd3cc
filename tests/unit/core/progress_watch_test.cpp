// SPDX-License-Identifier: BSD-3-Clause
#include "core/progress_watch.hpp"

#include <gtest/gtest.h>

namespace ringside {
namespace {

using std::chrono::milliseconds;

TEST(ProgressWatch, CountsHowLongNothingMoved) {
  ProgressWatch watch;
  watch.restart(5);
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(watch.look(5, milliseconds(10)));
  EXPECT_EQ(watch.still_for(), milliseconds(70));
}

TEST(ProgressWatch, BeginsAnewWithEveryMovementAlsoBackwards) {
  ProgressWatch watch;
  watch.restart(5);
  watch.look(5, milliseconds(10));
  EXPECT_TRUE(watch.look(6, milliseconds(10)));
  EXPECT_EQ(watch.still_for(), milliseconds(0));
  watch.look(6, milliseconds(10));
  EXPECT_TRUE(watch.look(0, milliseconds(10)));
  EXPECT_EQ(watch.still_for(), milliseconds(0));
}

TEST(ProgressWatch, DoesNotCountAPauseOfTheOneWhoLooks) {
  ProgressWatch watch;
  watch.restart(5);
  watch.look(5, std::chrono::hours(1));
  EXPECT_EQ(watch.still_for(), ProgressWatch::kLongestLook);
}

}  // namespace
}  // namespace ringside
