// SPDX-License-Identifier: BSD-3-Clause
#include "harness/live/interfaces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringside::harness {
namespace {

using testing::HasSubstr;

constexpr const char* kTable =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier compressed\n"
    "    lo:       1       2    3    4    5     6          7         8        9      10   11   12 "
    "   13    14      15         16\n"
    "rsAbCp1: 1 2 3 4 5 6 7 8 9 10 11 77 13 14 15 16\n";

TEST(TransmitDrops, AreTheTwelfthColumnOfTheInterfacesLine) {
  EXPECT_EQ(transmit_drops(kTable, "lo"), 12u);
  EXPECT_EQ(transmit_drops(kTable, "rsAbCp1"), 77u);
}

TEST(TransmitDrops, AreUnknownForOtherInterfacesAndCutLines) {
  EXPECT_FALSE(transmit_drops(kTable, "rsAbCp"));
  EXPECT_FALSE(transmit_drops(kTable, "p1"));
  EXPECT_FALSE(transmit_drops("p1: 1 2 3\n", "p1"));
  EXPECT_FALSE(transmit_drops("", "p1"));
}

TEST(VethBatch, LeavesRoomForTheLongestFrameAndNeverLessThanEthernetsOwn) {
  EXPECT_THAT(veth_batch("a0", "p0", "/proc/1/fd/3", 9000), HasSubstr("mtu 9000"));
  EXPECT_THAT(veth_batch("a0", "p0", "/proc/1/fd/3", 64), HasSubstr("mtu 1500"));
  EXPECT_THAT(veth_batch("a0", "p0", "/proc/1/fd/3", 64), HasSubstr("netns /proc/1/fd/3"));
}

TEST(QuietUpBatch, SilencesTheInterfaceBeforeItBringsItUp) {
  const std::string batch = quiet_up_batch("p0");
  const auto up = batch.find("dev p0 up");
  ASSERT_NE(up, std::string::npos);
  EXPECT_LT(batch.find("addrgenmode none"), up);
  EXPECT_LT(batch.find("arp off multicast off"), up);
}

}  // namespace
}  // namespace ringside::harness
