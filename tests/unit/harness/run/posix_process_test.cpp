// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/posix_process.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/affinity.hpp"

namespace ringside::harness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PosixProcessTest : public ::testing::Test {
 protected:
  PosixProcessTest() {
    char path[] = "/tmp/ringside_test_XXXXXX";
    directory_ = ::mkdtemp(path);
  }
  ~PosixProcessTest() override { std::filesystem::remove_all(directory_); }

  ProcessSpec shell(const std::string& script) const {
    ProcessSpec spec;
    spec.name = "child";
    spec.argv = {"/bin/sh", "-c", script};
    spec.directory = directory_;
    spec.stdout_file = directory_ + "/out";
    spec.stderr_file = directory_ + "/err";
    return spec;
  }
  std::unique_ptr<Process> start(const ProcessSpec& spec) {
    auto process = launcher_.start(spec);
    EXPECT_TRUE(process.ok()) << process.error().message;
    return std::move(*process);
  }
  std::optional<ProcessEnd> end_of(Process& process) {
    wait_until(clock_, Deadline(clock_, seconds(20)), flag_,
               [&] { return process.poll().has_value(); });
    return process.poll();
  }
  bool wait_for_text(const std::string& file, const std::string& text) {
    return wait_until(clock_, Deadline(clock_, seconds(20)), flag_, [&] {
             return contents(file).find(text) != std::string::npos;
           }) == WaitEnd::kMet;
  }
  std::string contents(const std::string& file) const {
    std::ifstream in(directory_ + "/" + file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  /// A zombie that its new parent has not reaped yet does not run.
  static bool runs(int pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string number, name, state;
    return (in >> number >> name >> state) && state != "Z" && state != "X";
  }

  std::string directory_;
  SteadyClock clock_;
  InterruptFlag flag_{0};
  PosixLauncher launcher_;
};

TEST_F(PosixProcessTest, ReportsTheExitCode) {
  const auto process = start(shell("exit 7"));
  EXPECT_EQ(end_of(*process), (ProcessEnd{7, 0}));
}

TEST_F(PosixProcessTest, ReportsTheSignalThatEndedIt) {
  const auto process = start(shell("kill -SEGV $$"));
  EXPECT_EQ(end_of(*process), (ProcessEnd{-1, SIGSEGV}));
}

TEST_F(PosixProcessTest, RunsInItsDirectoryWithItsEnvironmentAndLogs) {
  ProcessSpec spec = shell("pwd; echo $COLOUR; echo oops >&2");
  spec.environment = {{"COLOUR", "green"}};
  const auto process = start(spec);
  end_of(*process);
  EXPECT_EQ(contents("out"), directory_ + "\ngreen\n");
  EXPECT_EQ(contents("err"), "oops\n");
}

TEST_F(PosixProcessTest, RunsOnTheCpuThatIsChosen) {
  const unsigned cpu = host::allowed_cpus().back();
  ProcessSpec spec = shell("grep Cpus_allowed_list /proc/self/status");
  spec.cpu = cpu;
  spec.ahead = true;  // or not, without the right to
  const auto process = start(spec);
  end_of(*process);
  EXPECT_EQ(contents("out"), "Cpus_allowed_list:\t" + std::to_string(cpu) + "\n");
}

TEST_F(PosixProcessTest, DestroyingOneThatRunsAheadIsNotKeptUpByAnotherThatSpins) {
  if (host::allowed_cpus().size() < 2) GTEST_SKIP() << "takes two CPUs: one is for the test";
  ProcessSpec idle = shell("echo on; exec sleep 100");
  idle.cpu = host::allowed_cpus().back();
  idle.ahead = true;
  auto first = start(idle);
  ASSERT_TRUE(wait_for_text("out", "on"));
  ProcessSpec spinning = idle;
  spinning.argv.back() = "echo spins >> spins; while :; do :; done";
  auto second = start(spinning);
  ASSERT_TRUE(wait_for_text("spins", "spins"));
  first.reset();  // or it hangs here
  second.reset();
}

TEST_F(PosixProcessTest, InTheForegroundItLeadsAProcessGroupOfTheSession) {
  ProcessSpec spec = shell("exec sleep 60");
  spec.foreground = true;
  const auto process = start(spec);
  EXPECT_EQ(::getpgid(process->pid()), process->pid());
  EXPECT_EQ(::getsid(process->pid()), ::getsid(0));
}

TEST_F(PosixProcessTest, OtherwiseItLeadsASessionOfItsOwn) {
  const auto process = start(shell("exec sleep 60"));
  EXPECT_EQ(::getpgid(process->pid()), process->pid());
  EXPECT_EQ(::getsid(process->pid()), process->pid());
}

TEST_F(PosixProcessTest, APipedProcessIsSpokenToInLines) {
  ProcessSpec spec = shell("read a; echo \"got $a\"; read b; echo done");
  spec.piped = true;
  const auto process = start(spec);
  EXPECT_FALSE(process->read_line());
  EXPECT_TRUE(process->write("hello\n"));
  std::optional<std::string> line;
  wait_until(clock_, Deadline(clock_, seconds(20)), flag_,
             [&] { return (line = process->read_line()).has_value(); });
  EXPECT_EQ(line, "got hello");
}

TEST_F(PosixProcessTest, AMissingProgramIsAnErrorThatNamesIt) {
  ProcessSpec spec = shell("");
  spec.argv = {"/nowhere/mp_server"};
  const auto process = launcher_.start(spec);
  ASSERT_FALSE(process.ok());
  EXPECT_EQ(process.error().code, ExitCode::kEnvironment);
  EXPECT_NE(process.error().message.find("/nowhere/mp_server"), std::string::npos);
}

TEST_F(PosixProcessTest, AStoppedProcessThatIgnoresTheRequestIsKilled) {
  const auto process = start(shell("trap '' TERM; echo ready; while :; do sleep 0.01; done"));
  ASSERT_TRUE(wait_for_text("out", "ready"));
  process->signal(SIGSTOP);
  const Stopped stopped =
      stop_process(clock_, *process, SIGTERM, Deadline(clock_, milliseconds(50)));
  EXPECT_TRUE(stopped.had_to_kill);
  EXPECT_EQ(stopped.end.signal, SIGKILL);
}

TEST_F(PosixProcessTest, DestroyingItEndsTheWholeGroup) {
  auto process = start(shell("sleep 60 & echo $!; wait"));
  ASSERT_TRUE(wait_for_text("out", "\n"));
  const int grandchild = std::stoi(contents("out"));
  process.reset();
  EXPECT_EQ(
      wait_until(clock_, Deadline(clock_, seconds(20)), flag_, [&] { return !runs(grandchild); }),
      WaitEnd::kMet);
}

TEST_F(PosixProcessTest, DestroyingItEndsOtherGroupsOfItsSessionWhereThatIsWanted) {
  ProcessSpec spec = shell("exec bash -c 'set -m; sleep 60 & echo $!; wait'");
  spec.whole_session = true;
  auto process = start(spec);
  ASSERT_TRUE(wait_for_text("out", "\n"));
  const int grandchild = std::stoi(contents("out"));
  ASSERT_NE(::getpgid(grandchild), process->pid());
  process.reset();
  EXPECT_FALSE(runs(grandchild)) << "it is gone when the destructor is done";
}

TEST_F(PosixProcessTest, WhatAnEndedLeaderLeavesInItsGroupIsEndedToo) {
  const auto process = start(shell("sleep 60 & echo $!"));
  ASSERT_EQ(end_of(*process), (ProcessEnd{0, 0}));
  const int grandchild = std::stoi(contents("out"));
  EXPECT_EQ(
      wait_until(clock_, Deadline(clock_, seconds(20)), flag_, [&] { return !runs(grandchild); }),
      WaitEnd::kMet);
}

TEST_F(PosixProcessTest, DiesWithAParentThatGotSigkill) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that the orphan is ours to reap
  const pid_t parent = ::fork();
  if (parent == 0) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    auto process = start(shell("echo $$; exec sleep 60"));
    wait_for_text("out", "\n");
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(parent, nullptr, 0);
  const int child = std::stoi(contents("out"));
  int status = 0;
  ASSERT_EQ(wait_until(clock_, Deadline(clock_, seconds(20)), flag_,
                       [&] { return ::waitpid(child, &status, WNOHANG) == child; }),
            WaitEnd::kMet);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

}  // namespace
}  // namespace ringside::harness
