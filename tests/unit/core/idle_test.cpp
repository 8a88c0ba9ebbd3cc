// SPDX-License-Identifier: BSD-3-Clause
#include "core/idle.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace ringside {
namespace {

using namespace std::chrono_literals;

TEST(IdleMode, IsReadByItsName) {
  for (const char* name : {"spin", "yield", "adaptive"}) {
    const auto mode = parse_idle_mode(name);
    ASSERT_TRUE(mode);
    EXPECT_STREQ(to_text(*mode), name);
  }
}

TEST(IdleMode, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  const auto mode = parse_idle_mode("sleepy");
  ASSERT_FALSE(mode);
  EXPECT_EQ(mode.error().message, "unknown --idle 'sleepy'; use spin, yield or adaptive");
}

// Of a machine with a cheap sleep, and of a virtual machine.
TEST(AffordableSleep, IsTheAskedOneWhereSleepingIsCheap) {
  EXPECT_EQ(affordable_sleep(50us, {105us, 3us}), 50us) << "2.9 %";
  EXPECT_EQ(affordable_sleep(50us, {100us, 3us}), 50us) << "just 3 %";
}

TEST(AffordableSleep, IsAsMuchLongerAsSleepingIsDear) {
  EXPECT_EQ(affordable_sleep(50us, {150us, 15us}), 400us) << "lasts 500 us, of which 15 are 3 %";
  EXPECT_EQ(affordable_sleep(50us, {150us, 18us}), 500us);
}

TEST(AffordableSleep, HasAnEnd) {
  EXPECT_EQ(affordable_sleep(50us, {900us, 500us}), 750us);
  EXPECT_EQ(affordable_sleep(300us, {400us, 1us}), 50us) << "and is shorter again";
}

/// A loop whose sleeps take `over` longer than asked, and `cpu` of the CPU.
class SleepLengthsTest : public ::testing::Test {
 protected:
  std::chrono::nanoseconds sleep(std::uint32_t nth) {
    const auto asked = lengths_.next(nth, [this] { return now_; });
    now_.wall += asked + over_;
    now_.cpu += cpu_;
    return asked;
  }

  SleepTimes now_{1h, 1min};
  std::chrono::nanoseconds over_ = 100us, cpu_ = 15us;
  SleepLengths lengths_;
};

TEST_F(SleepLengthsTest, BecomeAffordableAfterAWhileAndFollowTheMachine) {
  for (std::uint32_t nth = 1; nth <= SleepLengths::kDozes; ++nth) ASSERT_EQ(sleep(nth), 50us);
  EXPECT_EQ(sleep(SleepLengths::kDozes + 1), 400us) << "15 us are 3 % of 400 + 100";
  cpu_ = 2us;
  for (std::uint32_t nth = SleepLengths::kDozes + 2; nth <= 2 * SleepLengths::kDozes; ++nth) {
    ASSERT_EQ(sleep(nth), 400us);
  }
  EXPECT_LT(sleep(2 * SleepLengths::kDozes + 1), 60us) << "one of the 4096 cost 15 us";
}

TEST_F(SleepLengthsTest, StartOverAfterWork) {
  for (std::uint32_t nth = 1; nth <= SleepLengths::kDozes + 1; ++nth) sleep(nth);
  now_.wall += 1h;
  EXPECT_EQ(sleep(1), 50us);
  for (std::uint32_t nth = 2; nth <= SleepLengths::kDozes; ++nth) ASSERT_EQ(sleep(nth), 50us);
  EXPECT_EQ(sleep(SleepLengths::kDozes + 1), 400us) << "what was before does not count";
}

TEST(PollUntil, EndsAsSoonAsTheConditionHolds) {
  int looks = 0;
  EXPECT_TRUE(poll_until(1h, [&] { return ++looks == 3; }));
  EXPECT_EQ(looks, 3);
}

TEST(PollUntil, GivesUpAtTheDeadlineAfterLookingAtLeastOnce) {
  int looks = 0;
  EXPECT_FALSE(poll_until(0ns, [&] {
    ++looks;
    return false;
  }));
  EXPECT_EQ(looks, 1);
}

TEST(Spend, TakesAtLeastTheTime) {
  for (const std::chrono::nanoseconds time : {10us, 300us}) {
    const auto before = std::chrono::steady_clock::now();
    spend(time);
    EXPECT_GE(std::chrono::steady_clock::now() - before, time);
  }
}

}  // namespace
}  // namespace ringside
