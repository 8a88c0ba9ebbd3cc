// SPDX-License-Identifier: BSD-3-Clause
#include "core/proc_stat.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <thread>

namespace ringside {
namespace {

const std::string kRest =
    " S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 8675309 1000 200 18446744073709551615\n";

TEST(ProcStat, TellsWhenTheProcessBegan) {
  EXPECT_EQ(start_time_in("7 (mp_client)" + kRest), 8675309u);
}

TEST(ProcStat, IsNotMisledByTheProgramsName) {
  EXPECT_EQ(start_time_in("7 (a b) c) 1 2 3 (" + std::string(")") + kRest), 8675309u);
}

TEST(ProcStat, TellsWhetherTheProcessHasBegunToEnd) {
  EXPECT_EQ(is_exiting_in("7 (mp_client)" + kRest), false);
  EXPECT_EQ(is_exiting_in("7 (mp_client) D 1 7 7 0 -1 4194564 1 2 3\n"), true);
  for (const char* text : {"", "7 (x) S 1 7 7 0 -1", "7 (x) S 1 7 7 0 -1 many 2"}) {
    EXPECT_EQ(is_exiting_in(text), std::nullopt) << text;
  }
}

TEST(ProcStat, OfAnotherFormTellsNothing) {
  for (const char* text : {"", "7", "7 (x", "7 (x)", "7 (x) ", "7 (x) S 1 2 3", ")"}) {
    EXPECT_EQ(start_time_in(text), std::nullopt) << text;
  }
  EXPECT_EQ(start_time_in("7 (x) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 soon 1"),
            std::nullopt);
}

TEST(ProcStat, AProcessMayEndBetweenOpeningAndReading) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  const std::string path = "/proc/" + std::to_string(child) + "/stat";
  EXPECT_NE(start_time_in(proc_text(std::ifstream(path))), std::nullopt);
  std::ifstream opened(path);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(proc_text(std::move(opened)), "");
  EXPECT_EQ(proc_text(std::ifstream(path)), "") << "nor is there a file to open any more";
}

TEST(ProcStat, FindsTheThreadsOfAProcess) {
  std::thread second([] {
    EXPECT_EQ(threads_of(::getpid()).size(), 2u);
    EXPECT_TRUE(std::filesystem::exists(threads_of(::getpid())[1] / "schedstat"));
  });
  second.join();
  EXPECT_TRUE(threads_of(-1).empty());
}

TEST(ProcStat, TellsHowLongAThreadHasRun) {
  EXPECT_EQ(run_time_in("674192 1092561 2\n"), std::chrono::nanoseconds(674192));
  for (const char* text : {"", "\n", "soon 1 2", "-1 1 2"}) {
    EXPECT_EQ(run_time_in(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace ringside
