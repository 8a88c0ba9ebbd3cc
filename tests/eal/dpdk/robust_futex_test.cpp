// SPDX-License-Identifier: BSD-3-Clause
// Children that hold a word which this process sees.
#include "dpdk/robust_futex.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>
#include <thread>

#include "core/idle.hpp"
#include "dpdk/peer_process.hpp"

namespace ringside::dpdk {
namespace {

constexpr auto kDeathPatience = std::chrono::seconds(60);

struct HeldByChild {
  std::atomic<std::uint32_t> word;
  ::pthread_mutex_t mutex;
};

class RobustFutexTest : public ::testing::Test {
 protected:
  RobustFutexTest()
      : shared_(new (::mmap(nullptr, sizeof(HeldByChild), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0)) HeldByChild{}) {}
  ~RobustFutexTest() override {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::munmap(shared_, sizeof(HeldByChild));
  }

  /// `run` in a child process, which ends when it returns.
  template <typename Run>
  void fork(Run&& run) {
    child_ = ::fork();
    ASSERT_GE(child_, 0);
    if (child_ > 0) return;
    ::alarm(120);  // or it would outlive a test that failed
    run();
    ::_exit(0);
  }
  bool held() { return shared_->word == static_cast<std::uint32_t>(child_); }
  bool ended() { return says_ended(shared_->word); }

  HeldByChild* const shared_;
  pid_t child_ = 0;
};

TEST_F(RobustFutexTest, HoldsTheIdOfItsThreadWhileItLives) {
  {
    const RobustFutex futex(shared_->word);
    EXPECT_EQ(shared_->word, static_cast<std::uint32_t>(::gettid()));
  }
  EXPECT_EQ(shared_->word, 0u);
  EXPECT_FALSE(ended());
}

TEST_F(RobustFutexTest, SaysThatItsProcessWasKilled) {
  fork([this] {
    const RobustFutex futex(shared_->word);
    for (;;) ::pause();
  });
  ASSERT_TRUE(poll_until(kDeathPatience, [this] { return held(); }));
  EXPECT_FALSE(ended());
  ::kill(child_, SIGKILL);
  EXPECT_TRUE(poll_until(kDeathPatience, [this] { return ended(); }));
}

TEST_F(RobustFutexTest, SaysThatItsThreadEndedThoughTheProcessLives) {
  fork([this] {
    std::thread([] {
      for (;;) ::pause();
    }).detach();
    const RobustFutex futex(shared_->word);
    ::syscall(SYS_exit, 0);  // this thread alone, and nothing is unwound
  });
  EXPECT_TRUE(poll_until(kDeathPatience, [this] { return ended(); }));
  const auto pid = static_cast<std::uint32_t>(child_);
  EXPECT_FALSE(PeerProcess::open(pid)->ended());
  EXPECT_FALSE(runs(pid, start_time_of(pid).value()));
}

TEST_F(RobustFutexTest, LeavesTheThreadItsRobustMutexesAfterwards) {
  ::pthread_mutexattr_t attributes;
  ::pthread_mutexattr_init(&attributes);
  ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ASSERT_EQ(::pthread_mutex_init(&shared_->mutex, &attributes), 0);
  fork([this] {
    { const RobustFutex futex(shared_->word); }
    ::pthread_mutex_lock(&shared_->mutex);
  });
  ASSERT_EQ(::waitpid(child_, nullptr, 0), child_);
  child_ = 0;
  EXPECT_EQ(::pthread_mutex_trylock(&shared_->mutex), EOWNERDEAD);
}

}  // namespace
}  // namespace ringside::dpdk
