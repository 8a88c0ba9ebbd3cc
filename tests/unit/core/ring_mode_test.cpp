// SPDX-License-Identifier: BSD-3-Clause
#include "core/ring_mode.hpp"

#include <gtest/gtest.h>

namespace ringside {
namespace {

TEST(RingMode, HasANameThatIsReadBack) {
  EXPECT_EQ(all_ring_modes().size(), 6u);
  for (const RingMode mode : all_ring_modes()) {
    const auto again = parse_ring_mode(to_text(mode));
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, mode);
  }
}

TEST(RingMode, ThatIsUnknownIsRefusedWithTheNames) {
  const auto unknown = parse_ring_mode("spsc");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().message,
            "unknown ring mode 'spsc'; the modes are sp-sc, mp-sc, sp-mc, mp-mc, mp-rts, hts");
}

TEST(RingMode, ServesOneProducerAndOneConsumerInEveryKind) {
  for (const RingMode mode : all_ring_modes()) EXPECT_TRUE(check(mode, {1, 1}).ok());
}

TEST(RingMode, IsRefusedExactlyWhereMoreUseASingleSide) {
  for (const RingMode mode : all_ring_modes()) {
    const bool single_producer = mode == RingMode::kSpSc || mode == RingMode::kSpMc;
    const bool single_consumer = mode == RingMode::kSpSc || mode == RingMode::kMpSc;
    EXPECT_EQ(check(mode, {2, 1}).ok(), !single_producer) << to_text(mode);
    EXPECT_EQ(check(mode, {1, 2}).ok(), !single_consumer) << to_text(mode);
    EXPECT_EQ(check(mode, {2, 2}).ok(), !single_producer && !single_consumer) << to_text(mode);
  }
}

TEST(RingMode, WhoseConsumersKeepOnTheRingWhatTheyTookIsOneOfFew) {
  for (const RingMode mode : all_ring_modes()) {
    EXPECT_TRUE(check(mode, {1, 1, true}).ok());
    const bool keeps = mode == RingMode::kMpSc || mode == RingMode::kHts;
    EXPECT_EQ(check(mode, {2, 1, true}).ok(), keeps) << to_text(mode);
  }
}

TEST(RingMode, SaysWhyItIsRefusedAndWhatToUse) {
  EXPECT_EQ(check(RingMode::kSpSc, {3, 1}).error().message,
            "ring mode sp-sc allows one producer per ring, and there are 3: use mp-sc, mp-mc, "
            "mp-rts or hts");
  EXPECT_EQ(check(RingMode::kMpSc, {1, 2}).error().message,
            "ring mode mp-sc allows one consumer per ring, and there are 2: use sp-mc, mp-mc, "
            "mp-rts or hts");
  EXPECT_EQ(check(RingMode::kSpSc, {2, 2}).error().message,
            "ring mode sp-sc allows one producer per ring, and there are 2: use mp-mc, mp-rts or "
            "hts");
}

TEST(RingMode, WhatItSuggestsIsAllowed) {
  for (const RingMode mode : all_ring_modes()) {
    for (const RingTopology use :
         {RingTopology{2, 1}, RingTopology{1, 2}, RingTopology{2, 2}, RingTopology{2, 1, true}}) {
      const Status refused = check(mode, use);
      if (refused.ok()) continue;
      const std::string& message = refused.error().message;
      const std::string advice = message.substr(message.find(": use ") + 6);
      for (const RingMode other : all_ring_modes()) {
        const bool named = advice.find(to_text(other)) != std::string::npos;
        EXPECT_EQ(named, check(other, use).ok()) << message << " / " << to_text(other);
      }
    }
  }
}

}  // namespace
}  // namespace ringside
