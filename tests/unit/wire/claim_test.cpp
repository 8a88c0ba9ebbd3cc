// SPDX-License-Identifier: BSD-3-Clause
#include "wire/claim.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace ringside::wire {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t kBegan = 1;
constexpr shared::LcoreSet kLcore100{0, std::uint64_t{1} << 36};

class WireClaimTest : public ::testing::Test {
 protected:
  Result<WireClaim> take(std::uint32_t pid, const shared::LcoreSet& lcores = kLcore100) {
    return WireClaim::take(*info_, {kBegan, pid}, lcores,
                           [this](ClaimWord) { return others_live_; });
  }
  ClaimWord claim() const { return ClaimWord::from(info_->wire.claim.load()); }

  std::unique_ptr<shared::SharedInfo> info_ = std::make_unique<shared::SharedInfo>();
  bool others_live_ = true;
};

TEST_F(WireClaimTest, TakesAFreeEntryAndPostsItsLcores) {
  const auto claimed = take(42);
  ASSERT_TRUE(claimed) << claimed.error().message;
  EXPECT_EQ(claim(), (ClaimWord{kBegan, 42}));
  EXPECT_EQ(info_->wire.lcores, kLcore100);
}

TEST_F(WireClaimTest, GivesTheEntryBack) {
  { const auto first = take(42); }
  EXPECT_EQ(claim(), ClaimWord{});
  EXPECT_EQ(info_->wire.lcores, shared::LcoreSet{});
  const auto second = take(43);
  EXPECT_EQ(claim(), (ClaimWord{kBegan, 43}));
}

TEST_F(WireClaimTest, RefusesASecondWireAndNamesTheFirst) {
  const auto first = take(42);
  const auto second = take(43);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(second.error().message, HasSubstr("another mp_wire (pid 42)"));
  EXPECT_EQ(claim(), (ClaimWord{kBegan, 42}));
}

TEST_F(WireClaimTest, TakesOverFromAWireThatIsGone) {
  auto first = take(42);
  others_live_ = false;
  std::optional<Result<WireClaim>> second(take(43));
  ASSERT_TRUE(second->ok());
  EXPECT_EQ(claim(), (ClaimWord{kBegan, 43}));

  { const WireClaim late = std::move(first).value(); }
  EXPECT_EQ(claim(), (ClaimWord{kBegan, 43})) << "the old holder must not free the new entry";
}

TEST_F(WireClaimTest, RefusesAnLcoreOfTheServer) {
  info_->server_pid = 7;
  info_->server_lcores = {0, std::uint64_t{3} << 36};
  const auto claimed = take(42);
  ASSERT_FALSE(claimed);
  EXPECT_THAT(claimed.error().message, HasSubstr("lcore id 100 belongs to the server (pid 7)"));
  EXPECT_EQ(claim(), ClaimWord{});
}

TEST_F(WireClaimTest, RefusesAnLcoreOfAClientThatIsThere) {
  info_->clients = 2;
  info_->client[1].verdict.lcores = kLcore100;
  EXPECT_TRUE(take(42)) << "an absent client's old lcores are free";
  info_->client[1].verdict.state = static_cast<std::uint32_t>(shared::SlotState::kActive);
  const auto claimed = take(42);
  ASSERT_FALSE(claimed);
  EXPECT_THAT(claimed.error().message, HasSubstr("lcore id 100 belongs to client 1"));
}

TEST_F(WireClaimTest, RefusesAnLcoreOfAClientThatJoinsMeanwhile) {
  info_->clients = 1;
  info_->wire.claim = ClaimWord{kBegan, 41}.word();
  const auto joins_and_says_gone = [this](ClaimWord) {
    info_->client[0].verdict.lcores = kLcore100;
    info_->client[0].verdict.state = static_cast<std::uint32_t>(shared::SlotState::kActive);
    return false;
  };
  const auto claimed = WireClaim::take(*info_, {kBegan, 42}, kLcore100, joins_and_says_gone);
  ASSERT_FALSE(claimed);
  EXPECT_THAT(claimed.error().message, HasSubstr("lcore id 100 belongs to client 0"));
  EXPECT_EQ(claim(), ClaimWord{}) << "what was taken is given back";
  EXPECT_EQ(info_->wire.lcores, shared::LcoreSet{});
}

}  // namespace
}  // namespace ringside::wire
