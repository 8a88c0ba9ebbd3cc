// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/process.hpp"

#include <gtest/gtest.h>

#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness {
namespace {

using std::chrono::seconds;

TEST(StopProcess, IsContentWithAProcessThatEndsWhenAsked) {
  test::FakeClock clock;
  test::FakeProcess process("server");
  process.on_signal = [&](int signal) {
    if (signal == SIGINT) process.end = ProcessEnd{0, 0};
  };
  const Stopped stopped = stop_process(clock, process, SIGINT, Deadline(clock, seconds(5)));
  EXPECT_FALSE(stopped.had_to_kill);
  EXPECT_EQ(stopped.end, (ProcessEnd{0, 0}));
}

TEST(StopProcess, ContinuesAStoppedProcessSoThatItCanEnd) {
  test::FakeClock clock;
  test::FakeProcess process("client0");
  process.on_signal = [&](int signal) {
    if (signal == SIGCONT) process.end = ProcessEnd{0, 0};
  };
  EXPECT_FALSE(stop_process(clock, process, SIGTERM, Deadline(clock, seconds(5))).had_to_kill);
  EXPECT_EQ(process.signals, (std::vector<int>{SIGTERM, SIGCONT}));
}

TEST(StopProcess, KillsAProcessThatHangsAfterItsDeadline) {
  test::FakeClock clock;
  test::FakeProcess process("client0");
  const Stopped stopped = stop_process(clock, process, SIGTERM, Deadline(clock, seconds(5)));
  EXPECT_TRUE(stopped.had_to_kill);
  EXPECT_EQ(stopped.end.signal, SIGKILL);
  EXPECT_EQ(clock.now().time_since_epoch(), seconds(5));
}

TEST(StopProcess, LeavesAProcessAloneThatHasEnded) {
  test::FakeClock clock;
  test::FakeProcess process("client0");
  process.end = ProcessEnd{5, 0};
  EXPECT_EQ(stop_process(clock, process, SIGTERM, Deadline(clock, seconds(5))).end.exit_code, 5);
  EXPECT_TRUE(process.signals.empty());
}

TEST(ProcessEnd, SaysInWordsHowAProcessEnded) {
  EXPECT_EQ((ProcessEnd{5, 0}).text(), "exit 5");
  EXPECT_EQ((ProcessEnd{-1, SIGKILL}).text(), "SIGKILL");
}

}  // namespace
}  // namespace ringside::harness
