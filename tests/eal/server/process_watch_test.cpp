// SPDX-License-Identifier: BSD-3-Clause
#include "server/process_watch.hpp"

#include <gtest/gtest.h>

#include "core/idle.hpp"
#include "waiting_child.hpp"

namespace ringside::server {
namespace {

constexpr ClientId kFirst{3}, kSecond{5};
constexpr auto kLong = std::chrono::seconds(20);

std::uint64_t start_time(const fixtures::WaitingChild& child) {
  return dpdk::start_time_of(child.pid()).value_or(0);
}

TEST(PidfdWatch, SeesTheEndOfWhomItWatchesAndOfNobodyElse) {
  const fixtures::WaitingChild first, second;
  PidfdWatch watch;
  EXPECT_TRUE(watch.ended().empty());
  ASSERT_TRUE(watch.watch(kFirst, first.pid(), start_time(first)));
  ASSERT_TRUE(watch.watch(kSecond, second.pid(), start_time(second)));
  EXPECT_TRUE(watch.ended().empty());
  EXPECT_TRUE(watch.runs(kSecond));
  EXPECT_TRUE(watch.kill(kSecond));
  EXPECT_TRUE(poll_until(kLong, [&] { return !watch.ended().empty(); }));
  EXPECT_EQ(watch.ended(), ClientSet{kSecond});
  EXPECT_FALSE(watch.runs(kSecond));
  EXPECT_TRUE(watch.runs(kFirst));
  watch.forget(kSecond);
  EXPECT_TRUE(watch.ended().empty());
  EXPECT_FALSE(watch.kill(kSecond));
}

TEST(PidfdWatch, RefusesALaterProcessUnderThePid) {
  const fixtures::WaitingChild child;
  PidfdWatch watch;
  EXPECT_FALSE(watch.watch(kFirst, child.pid(), start_time(child) + 1));
  EXPECT_FALSE(watch.watch(kFirst, 1u << 30, 0));
  EXPECT_FALSE(watch.kill(kFirst));
}

}  // namespace
}  // namespace ringside::server
