// SPDX-License-Identifier: BSD-3-Clause
#include "pcaps/frame_builder.hpp"

#include <gtest/gtest.h>

#include "pcaps/capture.hpp"
#include "pcaps/families/families.hpp"

namespace ringside::pcaps {
namespace {

Flow example(bool v6, std::uint8_t protocol) {
  Flow flow;
  flow.source = v6 ? IpAddress::doc6(1) : IpAddress::v4(0xc0a80001);
  flow.destination = v6 ? IpAddress::doc6(2) : IpAddress::v4(0xc0a800c7);
  flow.protocol = protocol;
  flow.source_port = 1024;
  flow.destination_port = 53;
  return flow;
}

// A well-known worked example of an IPv4 header: 4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7.
TEST(FrameBuilder, WritesTheIpv4HeaderOfTheTextbook) {
  const Bytes packet = ipv4(example(false, kUdp), {}, Bytes(0x73 - 20, 0));
  const Bytes expected = {0x45, 0,    0,    0x73, 0, 0, 0x40, 0,    0x40, 0x11,
                          0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,    0xc7};
  EXPECT_EQ(Bytes(packet.begin(), packet.begin() + 20), expected);
}

TEST(FrameBuilder, ChecksumOfAHeaderWithItsChecksumIsZero) {
  const IpFields fields{.id = 7, .fragment = 0x2001, .ttl = 3, .options = {1, 1, 1, 0}};
  const Bytes packet = ipv4(example(false, kUdp), fields, {});
  EXPECT_EQ(internet_checksum(packet), 0);
}

TEST(FrameBuilder, ChecksumCountsAnOddLastByteAsTheHighOne) {
  EXPECT_EQ(internet_checksum({0x12, 0x34, 0x56}), static_cast<std::uint16_t>(~(0x1234 + 0x5600)));
}

TEST(FrameBuilder, ChainsExtensionHeadersByTheirNextHeaderFields) {
  const Bytes packet =
      ipv6(example(true, kTcp),
           {padding_extension(kHopByHop, 8), fragment_extension(8, true, 5), routing_extension()},
           {0xaa});
  EXPECT_EQ(packet[6], kHopByHop);
  EXPECT_EQ(packet[40], kFragment);
  EXPECT_EQ(packet[48], kRouting);
  EXPECT_EQ(packet[48 + 3], 9) << "offset 8 in units of 8 bytes, and more to come";
  EXPECT_EQ(packet[56], kTcp);
  EXPECT_EQ(packet[64], 0xaa);
  EXPECT_EQ(packet[5], 25) << "payload length counts extension headers";
}

TEST(FrameBuilder, MakesFramesOfTheSizeAskedFor) {
  for (const bool v6 : {false, true}) {
    for (const std::uint8_t protocol : {kTcp, kUdp}) {
      for (const std::size_t size : {std::size_t{80}, std::size_t{1514}, std::size_t{9000}}) {
        EXPECT_EQ(sized_frame({}, example(v6, protocol), 1, size).size(), size);
      }
    }
  }
}

TEST(FrameBuilder, PadsShortFramesToTheEthernetMinimum) {
  EXPECT_EQ(ethernet({}, kTypeArp, {1, 2, 3}).size(), kMinFrame);
}

TEST(Capture, CountsFlowsAndConnections) {
  Capture capture;
  const Flow there = example(false, kTcp);
  Flow elsewhere = there;
  elsewhere.source_port = 1025;
  capture.add({1}, by_ports(there));
  capture.add({2}, by_ports(there));
  capture.add({3}, by_ports(there.reversed()));
  capture.add({4}, by_ports(elsewhere));
  capture.add({5}, by_addresses(there));
  EXPECT_EQ(capture.packets(), 5u);
  EXPECT_EQ(capture.flows(), 4u);
  EXPECT_EQ(capture.connections(), 3u);
}

TEST(Capture, FindsFramesThatDifferInTheSourceMacOnly) {
  const Flow flow = example(false, kUdp);
  EthernetHeader other;
  other.source = {2, 9, 9, 9, 9, 9};
  Capture capture;
  capture.add(sized_frame({}, flow, 1, 60), by_ports(flow));
  capture.add(sized_frame({}, flow, 2, 60), by_ports(flow));
  EXPECT_FALSE(capture.has_twins());
  capture.add(sized_frame(other, flow, 1, 60), by_ports(flow));
  EXPECT_TRUE(capture.has_twins());
}

TEST(Families, MakeTheSameFramesFromTheSameSeed) {
  for (const Family& family : families()) {
    EXPECT_EQ(family.make(family.seed).frames(), family.make(family.seed).frames()) << family.file;
  }
}

TEST(Families, EveryFrameDiffersFromEveryOtherBeyondTheSourceMac) {
  for (const Family& family : families()) {
    EXPECT_FALSE(family.make(family.seed).has_twins()) << family.file;
  }
}

}  // namespace
}  // namespace ringside::pcaps
