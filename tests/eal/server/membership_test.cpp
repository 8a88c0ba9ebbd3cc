// SPDX-License-Identifier: BSD-3-Clause
#include "server/membership.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "core/slot_claim.hpp"

namespace ringside::server {
namespace {

using shared::Refusal;
using shared::SlotState;

/// Processes that live until a test says otherwise.
class FakeWatch final : public ProcessWatch {
 public:
  Status watch(ClientId id, std::uint32_t pid) override {
    pids[id.value] = pid;
    return Done{};
  }
  void forget(ClientId id) override {
    pids[id.value] = 0;
    gone.remove(id);
  }
  ClientSet ended() override { return gone; }

  std::array<std::uint32_t, kMaxClients> pids{};
  ClientSet gone;
};

class MembershipTest : public ::testing::Test {
 protected:
  MembershipTest() {
    info_->clients = 2;
    info_->server_lcores[0] = 1;  // lcore 0
  }

  /// What a client writes to join; returns its generation.
  std::uint32_t join(std::uint8_t id, unsigned lcore) {
    shared::SlotClaim& claim = info_->client[id].claim;
    ClaimWord holder;
    const auto generation = take_claim(claim.claim, 100u + id, holder);
    claim.lcores = {std::uint64_t{1} << lcore, 0};
    wish(id, SlotState::kActive);
    return generation.value_or(0);
  }
  void wish(std::uint8_t id, SlotState state) {
    info_->client[id].claim.wish = static_cast<std::uint32_t>(state);
  }
  SlotState state(std::uint8_t id) const {
    return static_cast<SlotState>(info_->client[id].verdict.state.load());
  }
  Refusal refusal(std::uint8_t id) const {
    return static_cast<Refusal>(info_->client[id].verdict.refusal.load());
  }

  std::unique_ptr<shared::SharedInfo> info_ = std::make_unique<shared::SharedInfo>();
  dpdk::Log log_{"test"};
  bool settled_ = false;
  FakeWatch watch_;
  Membership membership_{*info_, log_, watch_, [this](ClientId) { return settled_; }};
};

TEST_F(MembershipTest, AdmitsAClientAndAnswersItsGeneration) {
  const std::uint32_t generation = join(1, 5);
  EXPECT_TRUE(membership_.poll(false));
  EXPECT_EQ(membership_.active(), ClientSet{ClientId{1}});
  EXPECT_EQ(state(1), SlotState::kActive);
  EXPECT_EQ(info_->client[1].verdict.generation, generation);
  EXPECT_FALSE(membership_.poll(false));
}

TEST_F(MembershipTest, DoesNotAnswerAClaimThatHasNoWishYet) {
  ClaimWord holder;
  take_claim(info_->client[0].claim.claim, 7, holder);
  EXPECT_FALSE(membership_.poll(false));
  EXPECT_EQ(state(0), SlotState::kAbsent);
}

TEST_F(MembershipTest, RefusesAnLcoreOfTheServerOfAClientOrOfTheWire) {
  join(0, 0);
  EXPECT_FALSE(membership_.poll(false));
  EXPECT_EQ(refusal(0), Refusal::kLcoreTaken);
  EXPECT_EQ(info_->client[0].verdict.refusal_detail, 0u);
  EXPECT_EQ(state(0), SlotState::kAbsent);

  join(1, 5);
  membership_.poll(false);
  give_back_claim(info_->client[0].claim.claim, 1);
  join(0, 5);
  membership_.poll(false);
  EXPECT_EQ(refusal(0), Refusal::kLcoreTaken);
  EXPECT_EQ(info_->client[0].verdict.refusal_detail, 5u);

  ClaimWord holder;
  take_claim(info_->wire.claim, 9, holder);
  info_->wire.lcores[0] = 1u << 6;
  give_back_claim(info_->client[0].claim.claim, 2);
  join(0, 6);
  membership_.poll(false);
  EXPECT_EQ(info_->client[0].verdict.refusal_detail, 6u);
  EXPECT_EQ(membership_.active(), ClientSet{ClientId{1}});
}

TEST_F(MembershipTest, RefusesEverybodyWhileTheServerStops) {
  join(0, 5);
  EXPECT_FALSE(membership_.poll(true));
  EXPECT_EQ(refusal(0), Refusal::kStopping);
}

TEST_F(MembershipTest, LetsAClientGoOnlyWhenNothingIsOwed) {
  join(0, 5);
  membership_.poll(false);
  wish(0, SlotState::kLeaving);
  EXPECT_TRUE(membership_.poll(false));
  EXPECT_TRUE(membership_.active().empty());
  membership_.poll(false);
  EXPECT_EQ(state(0), SlotState::kLeaving);
  settled_ = true;
  membership_.poll(false);
  EXPECT_EQ(state(0), SlotState::kAbsent);
}

TEST_F(MembershipTest, AdmitsTheNextClientOfASlotAgain) {
  settled_ = true;
  const std::uint32_t first = join(0, 5);
  membership_.poll(false);
  wish(0, SlotState::kLeaving);
  membership_.poll(false);
  membership_.poll(false);
  wish(0, SlotState::kAbsent);
  give_back_claim(info_->client[0].claim.claim, first);
  EXPECT_EQ(join(0, 5), first + 1);
  EXPECT_TRUE(membership_.poll(false));
  EXPECT_EQ(state(0), SlotState::kActive);
}

TEST_F(MembershipTest, SendsNothingMoreToAClientThatGaveItsSlotBackWithoutAsking) {
  const std::uint32_t generation = join(0, 5);
  membership_.poll(false);
  give_back_claim(info_->client[0].claim.claim, generation);
  EXPECT_TRUE(membership_.poll(false));
  EXPECT_EQ(state(0), SlotState::kDead);
  EXPECT_EQ(membership_.held(), 0u);
}

TEST_F(MembershipTest, SeesADeathAndFreesTheSlotWhenAllIsRecovered) {
  const std::uint32_t first = join(0, 5);
  membership_.poll(false);
  EXPECT_EQ(watch_.pids[0], 100u);
  watch_.gone.add(ClientId{0});
  EXPECT_TRUE(membership_.poll(false));
  EXPECT_EQ(membership_.dead(), ClientSet{ClientId{0}});
  EXPECT_TRUE(membership_.active().empty());
  membership_.poll(false);
  EXPECT_EQ(state(0), SlotState::kDead) << "packets are still owed";
  settled_ = true;
  EXPECT_TRUE(membership_.poll(false));
  EXPECT_TRUE(membership_.dead().empty());
  EXPECT_EQ(state(0), SlotState::kAbsent);
  EXPECT_EQ(join(0, 5), first + 1);
  EXPECT_TRUE(membership_.poll(false));
  EXPECT_EQ(state(0), SlotState::kActive);
}

TEST_F(MembershipTest, AsksWhatADeadClientOwesOnlyAfterItsDeathWasTold) {
  settled_ = true;
  join(0, 5);
  membership_.poll(false);
  watch_.gone.add(ClientId{0});
  EXPECT_TRUE(membership_.poll(false));
  EXPECT_EQ(membership_.dead(), ClientSet{ClientId{0}}) << "not cleared in the same look";
}

TEST_F(MembershipTest, FreesTheClaimOfAProcessThatDiedBeforeItWasAdmitted) {
  ClaimWord holder;
  take_claim(info_->client[0].claim.claim, 7, holder);
  membership_.poll(false);
  watch_.gone.add(ClientId{0});
  membership_.poll(false);
  EXPECT_EQ(membership_.held(), 0u);
  EXPECT_EQ(join(0, 5), 2u);
}

}  // namespace
}  // namespace ringside::server
