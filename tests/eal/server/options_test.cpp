// SPDX-License-Identifier: BSD-3-Clause
#include "server/options.hpp"

#include <gmock/gmock.h>

#include "server/plan.hpp"

namespace ringside::server {
namespace {

using ::testing::HasSubstr;

std::string complaint(std::vector<std::string> words) {
  words.insert(words.begin(), {"-p", "3", "-n", "2"});
  const auto options = parse_options(words);
  if (options) return "";
  EXPECT_EQ(options.error().code, ExitCode::kUsage);
  return options.error().message;
}

TEST(ServerOptions, HaveTheLessonsDefaults) {
  const auto options = parse_options({"-p", "0x3", "-n", "2"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->port_mask, 3u);
  EXPECT_EQ(options->clients, 2u);
  EXPECT_EQ(options->policy, Policy::kRoundRobin);
  EXPECT_EQ(options->ring_size, 4096u);
  EXPECT_EQ(options->on_full, OnFull::kDrop);
}

TEST(ServerOptions, ABurstIsAFourthOfTheRingWithinBounds) {
  const auto burst = [](const char* ring_size) {
    return parse_options({"-p", "3", "-n", "2", "--ring-size", ring_size})->burst;
  };
  EXPECT_EQ(burst("64"), 32u);
  EXPECT_EQ(burst("128"), 32u);
  EXPECT_EQ(burst("256"), 64u);
  EXPECT_EQ(burst("512"), 128u);
  EXPECT_EQ(burst("1048576"), 128u);
  EXPECT_EQ(parse_options({"-p", "3", "-n", "2", "--burst", "7"})->burst, 7u);
}

TEST(ServerOptions, ReadAMaskAsHexadecimalWithOrWithoutPrefix) {
  EXPECT_EQ(parse_options({"-p", "F", "-n", "1"})->port_mask, 15u);
  EXPECT_EQ(parse_options({"-p", "0X0c", "-n", "1"})->port_mask, 12u);
}

TEST(ServerOptions, EachMistakeGetsASentence) {
  EXPECT_THAT(complaint({"--bogus"}), HasSubstr("--bogus"));
  EXPECT_THAT(complaint({"--policy", "random"}), HasSubstr("symmetric-flow-hash"));
  EXPECT_THAT(complaint({"--ring-size", "1000"}), HasSubstr("not a power of two"));
  EXPECT_THAT(complaint({"--ring-size", "-4096"}), HasSubstr("not a power of two"));
  EXPECT_THAT(complaint({"--ring-mode", "xx"}), HasSubstr("mp-rts"));
  EXPECT_THAT(complaint({"--start-after", "3"}), HasSubstr("can never come true"));
  EXPECT_THAT(complaint({"--burst", "0"}), HasSubstr("--burst"));
  EXPECT_THAT(complaint({"--idle", "nap"}), HasSubstr("adaptive"));
  EXPECT_THAT(complaint({"--on-full", "maybe"}), HasSubstr("--on-full"));
}

TEST(ServerOptions, RefuseImpossibleMasksAndClients) {
  EXPECT_FALSE(parse_options({"-p", "0", "-n", "1"}));
  EXPECT_FALSE(parse_options({"-p", "0xg", "-n", "1"}));
  EXPECT_FALSE(parse_options({"-p", "1ffffffff", "-n", "1"}));
  EXPECT_FALSE(parse_options({"-p", "3", "-n", "0"}));
  EXPECT_FALSE(parse_options({"-p", "3", "-n", "17"}));
  EXPECT_FALSE(parse_options({"-p", "3", "-n", "256"}));
  EXPECT_FALSE(parse_options({"-p", "3", "-n", "x"}));
  EXPECT_FALSE(parse_options({"-n", "1"}));
}

TEST(ServerOptions, TakeAHeartbeatTimeoutWithItsUnit) {
  const auto timeout = [](const char* text) {
    const auto options = parse_options({"-p", "3", "-n", "1", "--heartbeat-timeout", text});
    return options ? options->heartbeat_timeout : std::chrono::nanoseconds(-1);
  };
  EXPECT_EQ(parse_options({"-p", "3", "-n", "1"})->heartbeat_timeout, std::chrono::seconds(1));
  EXPECT_FALSE(parse_options({"-p", "3", "-n", "1"})->evict_hung);
  EXPECT_EQ(timeout("500ms"), std::chrono::milliseconds(500));
  EXPECT_EQ(timeout("2"), std::chrono::seconds(2));
  EXPECT_THAT(complaint({"--heartbeat-timeout", "soon"}), HasSubstr("1s or 500ms"));
  EXPECT_THAT(complaint({"--heartbeat-timeout", "0"}), HasSubstr("from 10ms on"));
  EXPECT_THAT(complaint({"--heartbeat-timeout", "-1s"}), HasSubstr("from 10ms on"));
}

TEST(ServerOptions, TakeSeveralRingPorts) {
  const auto options =
      parse_options({"-p", "3", "-n", "1", "--ring-port", "a", "--ring-port", "b"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->ring_ports, (std::vector<std::string>{"a", "b"}));
}

TEST(ServerOptions, RefuseRingPortsThatCannotBeToldApartOrNamed) {
  EXPECT_THAT(complaint({"--ring-port", "a", "--ring-port", "a"}), HasSubstr("given twice"));
  for (const char* name : {"", "a b", "a/b", "012345678901234567890123456789012"}) {
    EXPECT_THAT(complaint({"--ring-port", name}), HasSubstr("is no name for a port")) << name;
  }
}

TEST(ServerOptions, TakeLengthsOfTime) {
  const auto options =
      parse_options({"-p", "3", "-n", "1", "--stats-period", "0.5", "--drain-timeout", "200ms"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->stats_period, std::chrono::milliseconds(500));
  EXPECT_EQ(options->drain_timeout, std::chrono::milliseconds(200));
  EXPECT_EQ(parse_options({"-p", "3", "-n", "1"})->drain_timeout, std::chrono::seconds(5));
  for (const char* bad : {"nan", "inf", "-1", "", "1e3", "86401", "soon"}) {
    EXPECT_THAT(complaint({"--stats-period", bad}), HasSubstr("is no length of time")) << bad;
  }
}

TEST(ServerOptions, RefuseAStrayWord) {
  EXPECT_FALSE(parse_options({"-p", "3", "-n", "1", "--ring-port", "a", "stray"}));
  EXPECT_FALSE(parse_options({"-p", "3", "-n", "1", "stray"}));
}

TEST(Plan, OneLcoreDoesEverything) {
  const Plan plan = plan_lcores({4}, shared::TxMode::kReturn);
  EXPECT_EQ(plan.rx_lcores, std::vector<unsigned>{4});
  EXPECT_EQ(plan.tx_lcore, 4u);
}

TEST(Plan, TwoLcoresShareReceivingAndReturning) {
  const Plan plan = plan_lcores({0, 1}, shared::TxMode::kReturn);
  EXPECT_EQ(plan.rx_lcores, std::vector<unsigned>{0});
  EXPECT_EQ(plan.tx_lcore, 1u);
}

TEST(Plan, MoreLcoresReceiveToo) {
  const Plan plan = plan_lcores({0, 1, 2, 3}, shared::TxMode::kReturn);
  EXPECT_EQ(plan.rx_lcores, (std::vector<unsigned>{0, 2, 3}));
  EXPECT_EQ(plan.tx_lcore, 1u);
}

TEST(Plan, InDirectModeAllLcoresReceive) {
  EXPECT_EQ(plan_lcores({0, 1}, shared::TxMode::kDirect).rx_lcores, (std::vector<unsigned>{0, 1}));
}

}  // namespace
}  // namespace ringside::server
