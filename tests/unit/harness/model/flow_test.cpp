// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/flow.hpp"

#include <gtest/gtest.h>

#include "tests/unit/core/frames.hpp"

namespace ringside::harness {
namespace {

using namespace test;

std::string described(const Bytes& frame, bool both_directions = false) {
  const FlowKey key = parse(frame).key;
  return describe(both_directions ? symmetric(key) : key, both_directions);
}

TEST(FlowText, ShowsAddressesAndPorts) {
  EXPECT_EQ(described(ethernet(0x0800) + ipv4({.protocol = 6}) + ports(1234, 80)),
            "tcp 10.0.0.1:1234 > 10.0.0.2:80");
  EXPECT_EQ(described(ethernet(0x86dd) + ipv6({}) + ports(53, 4000)),
            "udp [2001:db8::1]:53 > [2001:db8::2]:4000");
}

TEST(FlowText, ShowsBothDirectionsOfAConnectionAlike) {
  const Bytes request = ethernet(0x0800) + ipv4({}) + ports(1234, 80);
  const Bytes reply =
      ethernet(0x0800) + ipv4({.source = 0x0a000002, .destination = 0x0a000001}) + ports(80, 1234);
  EXPECT_EQ(described(request, true), "udp 10.0.0.1:1234 <> 10.0.0.2:80");
  EXPECT_EQ(described(reply, true), described(request, true));
}

TEST(FlowText, LeavesOutPortsWhereThereAreNone) {
  EXPECT_EQ(described(ethernet(0x0800) + ipv4({.protocol = 1}) + zeros(8)),
            "icmp 10.0.0.1 > 10.0.0.2");
  EXPECT_EQ(described(ethernet(0x0800) + ipv4({.fragment = 0x2000}) + ports(1, 2)),
            "udp fragments 10.0.0.1 > 10.0.0.2");
  EXPECT_EQ(described(ethernet(0x0800) + ipv4({.protocol = 200}) + zeros(8)),
            "protocol 200 10.0.0.1 > 10.0.0.2");
}

TEST(FlowText, ShowsMacsOfWhatIsNotIp) {
  EXPECT_EQ(described(ethernet(0x0806) + zeros(28)),
            "ethernet 02:00:00:00:00:55 > 02:00:00:00:00:dd type 0x0806");
  EXPECT_EQ(described(zeros(9)), "runt of 9 bytes");
}

}  // namespace
}  // namespace ringside::harness
