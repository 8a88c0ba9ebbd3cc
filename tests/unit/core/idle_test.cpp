// SPDX-License-Identifier: BSD-3-Clause
#include "core/idle.hpp"

#include <gtest/gtest.h>

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
  EXPECT_EQ(affordable_sleep(50us, {100us, 4us}), 50us) << "just 4 %";
}

TEST(AffordableSleep, IsAsMuchLongerAsSleepingIsDear) {
  EXPECT_EQ(affordable_sleep(50us, {150us, 16us}), 300us) << "lasts 400 us, of which 16 are 4 %";
  EXPECT_EQ(affordable_sleep(50us, {150us, 20us}), 400us);
}

TEST(AffordableSleep, HasAnEnd) {
  EXPECT_EQ(affordable_sleep(50us, {900us, 500us}), 1ms);
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
