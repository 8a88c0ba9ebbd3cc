// SPDX-License-Identifier: BSD-3-Clause
#include "core/slot_claim.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace ringside {
namespace {

constexpr auto kAlive = [](std::uint32_t) { return true; };

TEST(SlotClaim, GivesTheNextGenerationToTheTaker) {
  std::atomic<std::uint64_t> claim{ClaimWord{41, 0}.word()};
  EXPECT_EQ(take_claim(claim, 1234, kAlive), (ClaimWord{42, 1234}));
  EXPECT_EQ(ClaimWord::from(claim), (ClaimWord{42, 1234}));
}

TEST(SlotClaim, RefusesATakenOneAndSaysWhoHoldsIt) {
  std::atomic<std::uint64_t> claim{ClaimWord{7, 99}.word()};
  EXPECT_EQ(take_claim(claim, 1234, kAlive), (ClaimWord{7, 99}));
  EXPECT_EQ(ClaimWord::from(claim), (ClaimWord{7, 99}));
}

TEST(SlotClaim, IsTakenOverFromTheDeadWhoCannotFreeItAnyMore) {
  std::atomic<std::uint64_t> claim{ClaimWord{7, 99}.word()};
  const ClaimWord mine = take_claim(claim, 1234, [](std::uint32_t pid) { return pid != 99; });
  EXPECT_EQ(mine, (ClaimWord{8, 1234}));
  give_back_claim(claim, {7, 99});
  EXPECT_EQ(ClaimWord::from(claim), mine);
}

TEST(SlotClaim, KeepsTheGenerationWhenGivenBack) {
  std::atomic<std::uint64_t> claim{0};
  give_back_claim(claim, take_claim(claim, 5, kAlive));
  EXPECT_EQ(take_claim(claim, 6, kAlive), (ClaimWord{2, 6}));
}

TEST(SlotClaim, IsTakenByOneOfManyContenders) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<std::uint64_t> claim{0};
    std::atomic<int> winners{0};
    std::vector<std::thread> contenders;
    for (std::uint32_t pid = 1; pid <= 4; ++pid) {
      contenders.emplace_back([&, pid] { winners += take_claim(claim, pid, kAlive).pid == pid; });
    }
    for (std::thread& contender : contenders) contender.join();
    ASSERT_EQ(winners, 1);
  }
}

}  // namespace
}  // namespace ringside
