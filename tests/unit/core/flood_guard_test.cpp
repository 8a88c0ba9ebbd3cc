// SPDX-License-Identifier: BSD-3-Clause
#include "core/flood_guard.hpp"

#include <gtest/gtest.h>

namespace ringside {
namespace {

constexpr FloodGuard::Time kStart{std::chrono::hours(1)};

unsigned admitted(FloodGuard& guard, std::uint32_t pid, unsigned messages, FloodGuard::Time now) {
  unsigned count = 0;
  for (unsigned i = 0; i < messages; ++i) count += guard.admit(pid, now);
  return count;
}

TEST(FloodGuard, HearsSoManyMessagesOfOneProcessInASecond) {
  FloodGuard guard;
  EXPECT_EQ(admitted(guard, 7, 10'000, kStart), FloodGuard::kPerSecond);
  EXPECT_EQ(admitted(guard, 7, 10, kStart + std::chrono::milliseconds(999)), 0u);
  EXPECT_EQ(admitted(guard, 7, 10, kStart + std::chrono::seconds(1)), 10u);
}

TEST(FloodGuard, HearsTheOthersWhileOneFloods) {
  FloodGuard guard;
  admitted(guard, 7, 10'000, kStart);
  EXPECT_EQ(admitted(guard, 8, 10, kStart), 10u);
}

TEST(FloodGuard, KnowsAFlooderAmongManyOthers) {
  FloodGuard guard;
  for (std::uint32_t pid = 100; pid < 116; ++pid) admitted(guard, pid, 1, kStart);
  admitted(guard, 7, 10'000, kStart);
  for (std::uint32_t pid = 100; pid < 116; ++pid) EXPECT_TRUE(guard.admit(pid, kStart));
  EXPECT_FALSE(guard.admit(7, kStart));
}

TEST(FloodGuard, ForgetsTheOldestWhenThereAreTooMany) {
  FloodGuard guard;
  for (std::uint32_t i = 0; i < 10 * FloodGuard::kSenders; ++i) {
    EXPECT_TRUE(guard.admit(1000 + i, kStart + std::chrono::milliseconds(i)));
  }
}

}  // namespace
}  // namespace ringside
