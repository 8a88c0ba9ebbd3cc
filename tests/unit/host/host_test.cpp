// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include <algorithm>

#include "host/affinity.hpp"
#include "host/line_probe.hpp"
#include "host/line_stream.hpp"
#include "host/machine.hpp"
#include "host/sleep_probe.hpp"

namespace ringside::host {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::Pair;

TEST(LineProbe, TwoRoundTripsAreOfOneSpeedWhenTheyDifferByAQuarterAtMost) {
  EXPECT_TRUE(same_speed(100, 100));
  EXPECT_TRUE(same_speed(100, 125));
  EXPECT_TRUE(same_speed(125, 100));
  EXPECT_FALSE(same_speed(100, 126));
  EXPECT_FALSE(same_speed(540, 105));
}

TEST(LineProbe, ARoundTripThatWasNotSeenAgreesWithNothing) {
  EXPECT_FALSE(same_speed(0, 100));
  EXPECT_FALSE(same_speed(0, 0));
}

TEST(AllowedCpus, AreAscendingAndNeverNone) {
  const auto cpus = allowed_cpus();
  EXPECT_FALSE(cpus.empty());
  EXPECT_TRUE(std::ranges::is_sorted(cpus));
}

TEST(LineStream, BringsBackWhatItCounts) {
  const auto cpus = allowed_cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "one CPU";
  const LineStream stream = stream_lines(cpus[0], cpus[1], milliseconds(20));
  EXPECT_GE(stream.seconds, 0.02);
  EXPECT_GT(stream.lines, 0u);
  EXPECT_EQ(stream.lines % 32, 0u) << "whole batches";
}

TEST(SleepProbe, ASleepLastsAsLongAsAskedAndTakesCpuOnlyToBeginAndEnd) {
  const SleepCost cost = sleep_cost(milliseconds(20), milliseconds(50));
  EXPECT_GE(cost.lasts_ns, 20e6);
  EXPECT_GT(cost.cpu_ns, 0);
  EXPECT_LT(cost.share(), 0.5);
}

TEST(SleepProbe, SleepsOnceAtLeast) {
  EXPECT_GE(sleep_cost(milliseconds(5), milliseconds(0)).lasts_ns, 5e6);
}

TEST(Machine, TellsOfCpuGovernorKernelAndBuild) {
  EXPECT_THAT(machine_facts(),
              ElementsAre(Pair("cpu_model", Not("")), Pair("governor", Not("")),
                          Pair("kernel", AllOf(Not(""), Not("unknown"))), Pair("git", Not(""))));
}

}  // namespace
}  // namespace ringside::host
