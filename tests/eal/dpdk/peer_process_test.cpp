// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/peer_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/idle.hpp"
#include "waiting_child.hpp"

namespace ringside::dpdk {
namespace {

TEST(PeerProcess, HasEndedOnceItIsKilledAndBeforeAnybodyHasWaitedForIt) {
  const fixtures::WaitingChild child;
  const auto peer = PeerProcess::open(child.pid());
  ASSERT_TRUE(peer);
  EXPECT_FALSE(peer->ended());
  EXPECT_FALSE(peer->stopped());
  EXPECT_TRUE(peer->signal(SIGKILL));
  EXPECT_TRUE(poll_until(std::chrono::seconds(20), [&] { return peer->ended(); }));
}

TEST(PeerProcess, ThatIsStoppedHasNotEnded) {
  const fixtures::WaitingChild child;
  const auto peer = PeerProcess::open(child.pid());
  ASSERT_TRUE(peer);
  ASSERT_TRUE(peer->signal(SIGSTOP));
  int status = 0;
  ASSERT_EQ(::waitpid(static_cast<pid_t>(child.pid()), &status, WUNTRACED),
            static_cast<pid_t>(child.pid()));
  EXPECT_TRUE(WIFSTOPPED(status));
  EXPECT_TRUE(peer->stopped());
  EXPECT_FALSE(peer->ended());
}

TEST(PeerProcess, DoesNotExistUnderANumberThatNoProcessHas) {
  EXPECT_FALSE(PeerProcess::open(0));
  EXPECT_FALSE(PeerProcess::open(0xffffffff));
  EXPECT_FALSE(PeerProcess::open(1u << 30));
}

TEST(PeerProcess, StartedWhenProcSays) {
  const fixtures::WaitingChild child;
  const auto own = start_time_of(static_cast<std::uint32_t>(::getpid()));
  const auto childs = start_time_of(child.pid());
  ASSERT_TRUE(own);
  ASSERT_TRUE(childs);
  EXPECT_LE(*own, *childs);
  EXPECT_FALSE(start_time_of(1u << 30));
}

TEST(PeerProcess, RunsAsTheHolderOfAClaimUntilItIsKilled) {
  EXPECT_TRUE(runs(own_claim()));
  const fixtures::WaitingChild child;
  const ClaimWord claim = ClaimWord::of(child.pid(), start_time_of(child.pid()).value());
  EXPECT_TRUE(runs(claim));
  ASSERT_EQ(::kill(static_cast<pid_t>(child.pid()), SIGKILL), 0);
  EXPECT_TRUE(poll_until(std::chrono::seconds(20), [&] { return !runs(claim); }))
      << "nobody has waited for it yet";
}

TEST(PeerProcess, IsNotTheHolderOfAClaimThatAnEarlierOneOfItsPidTook) {
  ClaimWord claim = own_claim();
  --claim.start;
  EXPECT_FALSE(runs(claim));
  EXPECT_FALSE(runs(ClaimWord{claim.start, 1u << 30}));
}

}  // namespace
}  // namespace ringside::dpdk
