// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/disturbance.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace ringside::harness::perf {
namespace {

constexpr std::string_view kStat =
    "cpu  100 200 300 400 500 600 700 88 0 0\n"
    "cpu0 10 20 30 40 50 60 70 8 1 2\n"
    "cpu11 1 2 3 4 5 6 7 77 1 2\n"
    "cpu1 11 21 31 41 51 61 71 9 1 2\n"
    "intr 5\n";

TEST(Disturbance, StealTimeIsTheEighthNumberOfTheCpusLine) {
  EXPECT_EQ(steal_ticks_in(kStat, 0), 8u);
  EXPECT_EQ(steal_ticks_in(kStat, 1), 9u);
  EXPECT_EQ(steal_ticks_in(kStat, 11), 77u);
}

TEST(Disturbance, ACpuThatIsNotThereHasNoStealTime) {
  EXPECT_EQ(steal_ticks_in(kStat, 2), std::nullopt);
  EXPECT_EQ(steal_ticks_in("", 0), std::nullopt);
  EXPECT_EQ(steal_ticks_in("cpu0 1 2 3\n", 0), std::nullopt) << "a kernel that does not count it";
}

TEST(Disturbance, OnlyInvoluntarySwitchesCount) {
  constexpr std::string_view kStatus =
      "Name:\tbench\nvoluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t545\n";
  EXPECT_EQ(involuntary_switches_in(kStatus), 545u);
  EXPECT_EQ(involuntary_switches_in("voluntary_ctxt_switches:\t150\n"), std::nullopt);
}

TEST(Disturbance, IsTheDifferenceOfTwoCounts) {
  const Disturbance before{3, 10}, after{3, 12};
  EXPECT_TRUE((after - before).any());
  EXPECT_EQ(after - before, (Disturbance{0, 2}));
  EXPECT_FALSE((before - before).any());
  EXPECT_TRUE((Disturbance{4, 10} - before).any());
}

TEST(Disturbance, CountersOfALivingProcessNeverGoBack) {
  const unsigned cpus[] = {0, 1};
  const Disturbance first = disturbance_counters(cpus, ::getpid());
  const Disturbance second = disturbance_counters(cpus, ::getpid());
  EXPECT_GE(second.steal_ticks, first.steal_ticks);
  EXPECT_GE(second.switches, first.switches);
}

}  // namespace
}  // namespace ringside::harness::perf
