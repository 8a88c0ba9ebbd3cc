// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/start_watch.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "waiting_child.hpp"

namespace ringside::dpdk {
namespace {

using namespace std::chrono_literals;

constexpr int kGaveUp = 124;
constexpr int kStarted = 0;

/// How a child ends that starts like this, watched from its first moment on.
template <typename Start>
int watched(std::chrono::nanoseconds limit, std::chrono::nanoseconds least, Start&& start) {
  const pid_t child = ::fork();
  if (child == 0) {
    StartWatch watch(
        ::getppid(), StartWatch::Clock::now() + limit, least, [] { return false; },
        [](const Error&) { return kGaveUp; });
    start();
    watch.stop();
    ::_exit(kStarted);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void stay_on_first_cpu() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(0, &cpus);
  ::sched_setaffinity(0, sizeof(cpus), &cpus);
}

/// Works for `time` of this thread's own.
void work(std::chrono::nanoseconds time) {
  const auto ran = [] {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  };
  for (const auto end = ran() + time; ran() < end;) {
  }
}

void set_policy(pid_t thread, int policy) {
  const sched_param none{};
  ::sched_setscheduler(thread, policy, &none);
}

TEST(StartWatchTest, LetsAStartGetThrough) {
  EXPECT_EQ(watched(1h, 0s, [] {}), kStarted);
}

/// The code that remains of a start which failed for want of memory, as it says.
ExitCode code_of_failure(std::uint32_t server, bool cancelled = false) {
  StartWatch watch(
      static_cast<pid_t>(server), StartWatch::Clock::now() + 1h, 1h, [=] { return cancelled; },
      [](const Error&) { return kGaveUp; });
  return watch.reason_of({"no memory", ExitCode::kEnvironment}).code;
}

TEST(StartWatchTest, AStartThatFailsBecauseTheServerEndsIsNotToBlame) {
  const fixtures::WaitingChild server;
  EXPECT_EQ(code_of_failure(server.pid()), ExitCode::kEnvironment) << "the server is there";
  EXPECT_EQ(code_of_failure(server.pid(), /*cancelled=*/true), ExitCode::kInterrupted);
  ::kill(static_cast<pid_t>(server.pid()), SIGKILL);
  EXPECT_EQ(code_of_failure(server.pid()), ExitCode::kServerGone);
}

TEST(StartWatchTest, EndsAStartThatWaitsInALoop) {
  EXPECT_EQ(watched(100ms, 100ms,
                    [] {
                      for (;;) work(1s);
                    }),
            kGaveUp);
}

TEST(StartWatchTest, EndsAStartThatSleeps) {
  EXPECT_EQ(watched(100ms, 100ms,
                    [] {
                      for (;;) ::pause();
                    }),
            kGaveUp);
}

TEST(StartWatchTest, DoesNotEndAStartThatGetsNoCpu) {
  EXPECT_EQ(watched(20ms, 100ms,
                    [] {
                      const pid_t main = ::getpid();
                      std::atomic<bool> over{false};
                      stay_on_first_cpu();
                      std::thread other([&] {
                        work(200ms);
                        set_policy(main, SCHED_OTHER);
                        over = true;
                      });
                      set_policy(main, SCHED_IDLE);
                      while (!over) {
                      }
                      other.join();
                    }),
            kStarted);
}

}  // namespace
}  // namespace ringside::dpdk
