// SPDX-License-Identifier: BSD-3-Clause
#include "core/slot_claim.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace ringside {
namespace {

constexpr auto kAlive = [](ClaimWord) { return true; };
constexpr ClaimWord kMine{41, 1234};

TEST(SlotClaim, GoesToTheTakerWhenItIsFree) {
  std::atomic<std::uint64_t> claim{0};
  EXPECT_EQ(take_claim(claim, kMine, kAlive), kMine);
  EXPECT_EQ(ClaimWord::from(claim), kMine);
}

TEST(SlotClaim, RefusesATakenOneAndSaysWhoHoldsIt) {
  std::atomic<std::uint64_t> claim{ClaimWord{7, 99}.word()};
  EXPECT_EQ(take_claim(claim, kMine, kAlive), (ClaimWord{7, 99}));
  EXPECT_EQ(ClaimWord::from(claim), (ClaimWord{7, 99}));
}

TEST(SlotClaim, IsTakenOverFromTheDeadWhoCannotFreeItAnyMore) {
  std::atomic<std::uint64_t> claim{ClaimWord{7, 99}.word()};
  EXPECT_EQ(take_claim(claim, kMine, [](ClaimWord holder) { return holder.pid != 99; }), kMine);
  give_back_claim(claim, {7, 99});
  EXPECT_EQ(ClaimWord::from(claim), kMine);
}

TEST(SlotClaim, OfALaterProcessWithTheSamePidIsAnother) {
  const ClaimWord dead = ClaimWord::of(99, 7);
  const ClaimWord later = ClaimWord::of(99, 8);
  std::atomic<std::uint64_t> claim{dead.word()};
  EXPECT_EQ(take_claim(claim, kMine, [&](ClaimWord holder) { return holder == later; }), kMine);
  give_back_claim(claim, ClaimWord::of(kMine.pid, kMine.start + 1));
  EXPECT_EQ(ClaimWord::from(claim), kMine);
}

TEST(SlotClaim, IsFreeWhenGivenBack) {
  std::atomic<std::uint64_t> claim{0};
  give_back_claim(claim, take_claim(claim, kMine, kAlive));
  EXPECT_EQ(take_claim(claim, {1, 6}, kAlive), (ClaimWord{1, 6}));
}

TEST(SlotClaim, IsTakenByOneOfManyContenders) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<std::uint64_t> claim{0};
    std::atomic<int> winners{0};
    std::vector<std::thread> contenders;
    for (std::uint32_t pid = 1; pid <= 4; ++pid) {
      contenders.emplace_back([&, pid] {
        winners += take_claim(claim, {1, pid}, kAlive).pid == pid;
      });
    }
    for (std::thread& contender : contenders) contender.join();
    ASSERT_EQ(winners, 1);
  }
}

}  // namespace
}  // namespace ringside
