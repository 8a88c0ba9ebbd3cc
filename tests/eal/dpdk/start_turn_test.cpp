// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/start_turn.hpp"

#include <gtest/gtest.h>

#include "tests/unit/pcap/files.hpp"

namespace ringside::dpdk {
namespace {

using namespace std::chrono_literals;

class StartTurnTest : public ::testing::Test {
 protected:
  StartTurn take(std::chrono::nanoseconds patience = 0ns, bool cancelled = false) {
    return StartTurn::take(file_, patience, [cancelled] { return cancelled; });
  }

  fixtures::ScratchDirectory scratch_;
  const std::string file_ = scratch_.file("turn", "1\n");
};

TEST_F(StartTurnTest, OneHasItAndTheNextGetsItAfterwards) {
  {
    const StartTurn first = take();
    EXPECT_TRUE(first.mine());
    EXPECT_FALSE(take().mine());
  }
  EXPECT_TRUE(take().mine());
}

TEST_F(StartTurnTest, WhoHangsDoesNotKeepTheOthersOut) {
  const StartTurn hangs = take();
  EXPECT_FALSE(take(5ms).mine());
}

TEST_F(StartTurnTest, AWaitIsEndedWhenTheProgramIsAskedToEnd) {
  const StartTurn first = take();
  EXPECT_FALSE(take(24h, /*cancelled=*/true).mine());
}

TEST_F(StartTurnTest, IsKeptByAMove) {
  StartTurn first = take();
  const StartTurn second = std::move(first);
  EXPECT_TRUE(second.mine());
  EXPECT_FALSE(take().mine());
}

TEST_F(StartTurnTest, WithoutAFileThereIsNothingToWaitFor) {
  EXPECT_FALSE(StartTurn::take(file_ + ".gone", 24h, [] { return false; }).mine());
}

}  // namespace
}  // namespace ringside::dpdk
