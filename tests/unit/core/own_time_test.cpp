// SPDX-License-Identifier: BSD-3-Clause
#include "core/own_time.hpp"

#include <gtest/gtest.h>

namespace ringside {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class OwnTimeTest : public ::testing::Test {
 protected:
  static constexpr milliseconds kStep{10};

  void look_after(milliseconds time, bool ready, std::optional<nanoseconds> ran) {
    at_ += time;
    own_.look({OwnTime::Clock::time_point(at_), ready, ran});
  }

  milliseconds at_{1000};
  OwnTime own_{kStep, {OwnTime::Clock::time_point(at_), true, milliseconds(7)}};
};

TEST_F(OwnTimeTest, OfAThreadThatRunsIsAllOfIt) {
  look_after(kStep, true, milliseconds(17));
  look_after(kStep, true, milliseconds(27));
  EXPECT_EQ(own_.elapsed(), milliseconds(20));
  EXPECT_EQ(own_.starved(), milliseconds(0));
}

TEST_F(OwnTimeTest, OfAThreadThatSleepsIsAllOfIt) {
  look_after(kStep, false, milliseconds(7));
  EXPECT_EQ(own_.elapsed(), milliseconds(10));
}

TEST_F(OwnTimeTest, OfAThreadWithoutACpuIsNothing) {
  look_after(kStep, true, milliseconds(7));
  look_after(milliseconds(90), true, milliseconds(8));
  EXPECT_EQ(own_.elapsed(), milliseconds(1));
  EXPECT_EQ(own_.starved(), milliseconds(99));
}

TEST_F(OwnTimeTest, ALookThatComesLateCountsAsTwo) {
  look_after(milliseconds(5000), false, milliseconds(7));
  EXPECT_EQ(own_.elapsed(), milliseconds(20));
}

TEST_F(OwnTimeTest, OfAThreadThatHasRunLongerThanTheTimeIsTheTime) {
  look_after(kStep, true, milliseconds(7000));
  EXPECT_EQ(own_.elapsed(), milliseconds(10));
}

TEST_F(OwnTimeTest, WithoutTheTimesOfTheKernelIsWhatPasses) {
  look_after(kStep, true, std::nullopt);
  look_after(kStep, true, milliseconds(7));
  EXPECT_EQ(own_.elapsed(), milliseconds(20));
}

}  // namespace
}  // namespace ringside
