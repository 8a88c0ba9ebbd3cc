// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/peer_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/idle.hpp"

namespace ringside::dpdk {
namespace {

/// A child that waits to be killed.
class Child {
 public:
  Child() : pid_(::fork()) {
    if (pid_ != 0) return;
    for (;;) ::pause();
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }

 private:
  pid_t pid_;
};

TEST(PeerProcess, HasEndedOnceItIsKilledAndBeforeAnybodyHasWaitedForIt) {
  const Child child;
  const auto peer = PeerProcess::open(child.pid());
  ASSERT_TRUE(peer);
  EXPECT_FALSE(peer->ended());
  EXPECT_TRUE(peer->signal(SIGKILL));
  EXPECT_TRUE(poll_until(std::chrono::seconds(20), [&] { return peer->ended(); }));
}

TEST(PeerProcess, ThatIsStoppedHasNotEnded) {
  const Child child;
  const auto peer = PeerProcess::open(child.pid());
  ASSERT_TRUE(peer);
  ASSERT_TRUE(peer->signal(SIGSTOP));
  int status = 0;
  ASSERT_EQ(::waitpid(static_cast<pid_t>(child.pid()), &status, WUNTRACED),
            static_cast<pid_t>(child.pid()));
  EXPECT_TRUE(WIFSTOPPED(status));
  EXPECT_FALSE(peer->ended());
}

TEST(PeerProcess, DoesNotExistUnderANumberThatNoProcessHas) {
  EXPECT_FALSE(PeerProcess::open(0));
  EXPECT_FALSE(PeerProcess::open(0xffffffff));
  EXPECT_FALSE(PeerProcess::open(1u << 30));
}

TEST(PeerProcess, StartedWhenProcSays) {
  const Child child;
  const auto own = start_time_of(static_cast<std::uint32_t>(::getpid()));
  const auto childs = start_time_of(child.pid());
  ASSERT_TRUE(own);
  ASSERT_TRUE(childs);
  EXPECT_LE(*own, *childs);
  EXPECT_FALSE(start_time_of(1u << 30));
}

}  // namespace
}  // namespace ringside::dpdk
