// SPDX-License-Identifier: BSD-3-Clause
#include "client/stop_signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "core/signals.hpp"

namespace ringside::client {
namespace {

class StopSignalsTest : public ::testing::Test {
 protected:
  StopSignalsTest() {
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask_);
    signals::install();
    signals::stop_requests = 0;
  }
  ~StopSignalsTest() override {
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    signals::stop_requests = 0;
  }
  static void send(int signal) { ::kill(::getpid(), signal); }
  static bool is_blocked_here() {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    return ::sigismember(&mask, SIGINT) == 1 && ::sigismember(&mask, SIGTERM) == 1;
  }

 private:
  sigset_t mask_;
};

TEST_F(StopSignalsTest, WhatCameBeforeTheCloseHasBeenHandledAfterIt) {
  for (int i = 0; i < 200; ++i) {
    StopSignals stop_signals;
    send(i % 2 == 0 ? SIGINT : SIGTERM);
    stop_signals.close();
    ASSERT_EQ(signals::stop_requests, i + 1);
  }
}

TEST_F(StopSignalsTest, WhatComesAfterTheCloseWaitsForTheNext) {
  {
    StopSignals stop_signals;
    stop_signals.close();
    send(SIGINT);
    EXPECT_FALSE(signals::stop_requested());
  }
  StopSignals next;
  next.close();
  EXPECT_TRUE(signals::stop_requested());
}

TEST_F(StopSignalsTest, NoThreadThatIsStartedAfterItTakesOne) {
  const StopSignals stop_signals;
  bool blocked = false;
  std::thread([&blocked] { blocked = is_blocked_here(); }).join();
  EXPECT_TRUE(blocked);
  EXPECT_TRUE(is_blocked_here());
}

TEST_F(StopSignalsTest, IsClosedAtOnceAndMoreThanOnce) {
  for (int i = 0; i < 200; ++i) {
    StopSignals stop_signals;
    stop_signals.close();
  }
  EXPECT_FALSE(signals::stop_requested());
}

}  // namespace
}  // namespace ringside::client
