// SPDX-License-Identifier: BSD-3-Clause
#include "core/slot_claim.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace ringside {
namespace {

TEST(SlotClaim, GivesTheNextGenerationToTheTaker) {
  std::atomic<std::uint64_t> claim{ClaimWord{41, 0}.word()};
  ClaimWord holder;
  EXPECT_EQ(take_claim(claim, 1234, holder), 42u);
  EXPECT_EQ(ClaimWord::from(claim), (ClaimWord{42, 1234}));
}

TEST(SlotClaim, RefusesATakenOneAndSaysWhoHoldsIt) {
  std::atomic<std::uint64_t> claim{ClaimWord{7, 99}.word()};
  ClaimWord holder;
  EXPECT_EQ(take_claim(claim, 1234, holder), std::nullopt);
  EXPECT_EQ(holder.pid, 99u);
  EXPECT_EQ(ClaimWord::from(claim), (ClaimWord{7, 99}));
}

TEST(SlotClaim, KeepsTheGenerationWhenGivenBack) {
  std::atomic<std::uint64_t> claim{0};
  ClaimWord holder;
  const auto generation = take_claim(claim, 5, holder);
  give_back_claim(claim, *generation);
  EXPECT_EQ(take_claim(claim, 6, holder), *generation + 1);
}

TEST(SlotClaim, IsTakenByOneOfManyContenders) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<std::uint64_t> claim{0};
    std::atomic<int> winners{0};
    std::vector<std::thread> contenders;
    for (std::uint32_t pid = 1; pid <= 4; ++pid) {
      contenders.emplace_back([&, pid] {
        ClaimWord holder;
        winners += take_claim(claim, pid, holder).has_value();
      });
    }
    for (std::thread& contender : contenders) contender.join();
    ASSERT_EQ(winners, 1);
  }
}

}  // namespace
}  // namespace ringside
