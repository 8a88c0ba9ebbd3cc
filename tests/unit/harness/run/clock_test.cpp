// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/clock.hpp"

#include <gtest/gtest.h>

#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(WaitUntil, ReturnsAtOnceWhenTheConditionHolds) {
  test::FakeClock clock;
  const InterruptFlag flag{0};
  EXPECT_EQ(wait_until(clock, Deadline(clock, seconds(1)), flag, [] { return true; }),
            WaitEnd::kMet);
  EXPECT_EQ(clock.sleeps, 0);
}

TEST(WaitUntil, EndsAtTheDeadlineAndNotLater) {
  test::FakeClock clock;
  const InterruptFlag flag{0};
  EXPECT_EQ(wait_until(clock, Deadline(clock, milliseconds(100)), flag, [] { return false; }),
            WaitEnd::kDeadline);
  EXPECT_EQ(clock.now().time_since_epoch(), milliseconds(100));
}

TEST(WaitUntil, AsksOnceMoreAfterTheDeadline) {
  test::FakeClock clock;
  const InterruptFlag flag{0};
  const auto true_only_at_the_end = [&] {
    return clock.now().time_since_epoch() >= milliseconds(100);
  };
  EXPECT_EQ(wait_until(clock, Deadline(clock, milliseconds(100)), flag, true_only_at_the_end),
            WaitEnd::kMet);
}

TEST(WaitUntil, EndsWhenInterrupted) {
  test::FakeClock clock;
  InterruptFlag flag{0};
  clock.on_sleep = [&] { flag = SIGINT; };
  EXPECT_EQ(wait_until(clock, Deadline::never(clock), flag, [] { return false; }),
            WaitEnd::kInterrupted);
}

TEST(Deadline, TheSoonerOfTwoIsTheEarlier) {
  test::FakeClock clock;
  const Deadline early(clock, seconds(1));
  const Deadline never = Deadline::never(clock);
  EXPECT_EQ(early.sooner_of(never).left(), seconds(1));
  EXPECT_EQ(never.sooner_of(early).left(), seconds(1));
  EXPECT_FALSE(never.passed());
}

}  // namespace
}  // namespace ringside::harness
