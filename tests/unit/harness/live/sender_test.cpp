// SPDX-License-Identifier: BSD-3-Clause
#include "harness/live/sender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringside::harness {
namespace {

using testing::Contains;
using testing::Not;
using testing::StartsWith;

std::vector<std::byte> frame(std::size_t size, unsigned type) {
  std::vector<std::byte> bytes(size);
  if (size > 12) bytes[12] = static_cast<std::byte>(type >> 8);
  if (size > 13) bytes[13] = static_cast<std::byte>(type & 0xff);
  return bytes;
}

TEST(FitsLivePort, TakesFramesFromAWholeHeaderToTheLongest) {
  EXPECT_FALSE(fits_live_port(frame(0, 0x0800), 1522));
  EXPECT_FALSE(fits_live_port(frame(13, 0x0800), 1522));
  EXPECT_TRUE(fits_live_port(frame(14, 0x0800), 1522));
  EXPECT_TRUE(fits_live_port(frame(1522, 0x0800), 1522));
  EXPECT_FALSE(fits_live_port(frame(1523, 0x0800), 1522));
}

TEST(FitsLivePort, RefusesFramesThatTheKernelCannotUntag) {
  for (const unsigned type : {0x8100u, 0x88a8u}) {
    EXPECT_FALSE(fits_live_port(frame(14, type), 1522));
    EXPECT_FALSE(fits_live_port(frame(19, type), 1522));
    EXPECT_TRUE(fits_live_port(frame(20, type), 1522));
  }
}

TEST(TcpreplayWords, SayThePaceInItsOwnTerms) {
  LiveSend send;
  send.file = "a.pcap";
  EXPECT_THAT(tcpreplay_words("p0", send), Contains("--topspeed"));
  send.pace = {Pace::Kind::kRate, 2500};
  EXPECT_THAT(tcpreplay_words("p0", send), Contains("--pps=2500.000"));
  send.pace = {Pace::Kind::kTiming, 0, 2.5};
  EXPECT_THAT(tcpreplay_words("p0", send), Contains("--multiplier=2.500000"));
  EXPECT_THAT(tcpreplay_words("p0", send), Not(Contains(StartsWith("--pps"))));
}

TEST(TcpreplayWords, NameInterfaceLoopsAndFile) {
  LiveSend send;
  send.file = "dir/a.pcap";
  send.loops = 3;
  const auto words = tcpreplay_words("p1", send);
  EXPECT_EQ(words.front(), "tcpreplay");
  EXPECT_THAT(words, Contains("--intf1=p1"));
  EXPECT_THAT(words, Contains("--loop=3"));
  EXPECT_EQ(words.back(), "dir/a.pcap");
}

// As tcpreplay 4.4.3 says it.
constexpr const char* kReport =
    "File Cache is enabled\n"
    "Actual: 382 packets (16849 bytes) sent in 0.000388 seconds\n"
    "Rated: 43425257.7 Bps, 347.40 Mbps, 984536.08 pps\n"
    "Statistics for network device: p0\n"
    "\tSuccessful packets:        382\n"
    "\tFailed packets:            13\n"
    "\tTruncated packets:         0\n";

TEST(SenderReport, IsReadFromTcpreplaysStatistics) {
  const auto report = parse_sender_report(kReport);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->sent, 382u);
  EXPECT_EQ(report->failed, 13u);
}

TEST(SenderReport, IsAbsentWhenTcpreplayDidNotGetThere) {
  EXPECT_FALSE(parse_sender_report(""));
  EXPECT_FALSE(parse_sender_report("Fatal Error in tcpreplay.c:main() line 79:\n"));
  EXPECT_FALSE(parse_sender_report("\tSuccessful packets:"));
}

}  // namespace
}  // namespace ringside::harness
