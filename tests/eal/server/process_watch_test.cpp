// SPDX-License-Identifier: BSD-3-Clause
#include "server/process_watch.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/idle.hpp"

namespace ringside::server {
namespace {

constexpr ClientId kFirst{3}, kSecond{5};
constexpr auto kLong = std::chrono::seconds(20);

/// A child that waits to be killed.
class Sleeper {
 public:
  Sleeper() : pid_(::fork()) {
    if (pid_ != 0) return;
    for (;;) ::pause();
  }
  ~Sleeper() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }
  std::uint64_t start_time() const { return dpdk::start_time_of(pid()).value_or(0); }

 private:
  pid_t pid_;
};

TEST(PidfdWatch, SeesTheEndOfWhomItWatchesAndOfNobodyElse) {
  const Sleeper first, second;
  PidfdWatch watch;
  EXPECT_TRUE(watch.ended().empty());
  ASSERT_TRUE(watch.watch(kFirst, first.pid(), first.start_time()));
  ASSERT_TRUE(watch.watch(kSecond, second.pid(), second.start_time()));
  EXPECT_TRUE(watch.ended().empty());
  EXPECT_TRUE(watch.kill(kSecond));
  EXPECT_TRUE(poll_until(kLong, [&] { return !watch.ended().empty(); }));
  EXPECT_EQ(watch.ended(), ClientSet{kSecond});
  watch.forget(kSecond);
  EXPECT_TRUE(watch.ended().empty());
  EXPECT_FALSE(watch.kill(kSecond));
}

TEST(PidfdWatch, RefusesALaterProcessUnderThePid) {
  const Sleeper sleeper;
  PidfdWatch watch;
  EXPECT_FALSE(watch.watch(kFirst, sleeper.pid(), sleeper.start_time() + 1));
  EXPECT_FALSE(watch.watch(kFirst, 1u << 30, 0));
  EXPECT_FALSE(watch.kill(kFirst));
}

}  // namespace
}  // namespace ringside::server
