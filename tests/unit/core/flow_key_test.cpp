// SPDX-License-Identifier: BSD-3-Clause
// Worked examples; flow_key_property_test.cpp has the rules over any input.
#include "core/flow_key.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

#include "frames.hpp"

namespace ringside {
namespace {

using namespace test;

constexpr unsigned kTcp = 6, kUdp = 17, kIcmp = 1, kSctp = 132;

ParsedPacket parsed(const Bytes& frame) {
  const ExactBuffer exact(frame);
  return parse(exact.bytes());
}

Bytes key_bytes(const FlowKey& key) {
  return {key.used().begin(), key.used().end()};
}

Bytes udp4(unsigned source_port = 1234, unsigned destination_port = 80) {
  return ethernet(0x0800) + ipv4({}) + ports(source_port, destination_port);
}

/// The Ethernet rule's key of a frame that begins with macs().
Bytes mac_key(unsigned ether_type) {
  return raw({2, 0}) + macs() + be16(ether_type);
}

void expect_mac_rule(const Bytes& frame, unsigned ether_type, ParseNote note) {
  const ParsedPacket packet = parsed(frame);
  EXPECT_EQ(packet.kind, PacketKind::kEthernet);
  EXPECT_EQ(packet.note, note) << packet.note_text;
  EXPECT_EQ(key_bytes(packet.key), mac_key(ether_type));
  EXPECT_NE(packet.note_text[0], '\0');
}

TEST(FlowKey, OfIpv4UdpHoldsAddressesProtocolAndPorts) {
  const ParsedPacket packet = parsed(udp4());
  EXPECT_EQ(packet.kind, PacketKind::kIpv4);
  EXPECT_EQ(packet.note, ParseNote::kNone);
  EXPECT_EQ(packet.protocol, kUdp);
  EXPECT_TRUE(packet.has_ports);
  EXPECT_EQ(packet.source_port, 1234);
  EXPECT_EQ(packet.destination_port, 80);
  EXPECT_FALSE(packet.fragment);
  EXPECT_EQ(key_bytes(packet.key), raw({4, 17, 0x04, 0xd2, 0, 80, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}));
}

TEST(FlowKey, OfIpv6TcpHoldsAddressesProtocolAndPorts) {
  const ParsedPacket packet = parsed(ethernet(0x86dd) + ipv6({.next = kTcp}) + ports(1234, 443));
  EXPECT_EQ(packet.kind, PacketKind::kIpv6);
  EXPECT_EQ(packet.note, ParseNote::kNone);
  EXPECT_EQ(key_bytes(packet.key),
            raw({6, 6, 0x04, 0xd2, 0x01, 0xbb, 0, 0}) + address6(1) + address6(2));
}

TEST(FlowKey, IsWhatIpFlowKeyMakesOfTheFields) {
  const ParsedPacket packet = parsed(udp4());
  EXPECT_EQ(packet.key,
            ip_flow_key(PacketKind::kIpv4, packet.source, packet.destination, kUdp, 1234, 80));
  const ParsedPacket six = parsed(ethernet(0x86dd) + ipv6({.next = kSctp}) + ports(7, 8));
  EXPECT_EQ(six.key, ip_flow_key(PacketKind::kIpv6, six.source, six.destination, kSctp, 7, 8));
}

TEST(FlowKey, FindsPortsBehindIpv4Options) {
  const ParsedPacket packet = parsed(ethernet(0x0800) + ipv4({.options = 40}) + ports(1234, 80));
  EXPECT_EQ(packet.key, parsed(udp4()).key);
}

TEST(FlowKey, DoesNotTakePaddingForPorts) {
  // IHL 5 frame of an IP packet that ends right after its header; Ethernet padding follows.
  const ParsedPacket packet =
      parsed(ethernet(0x0800) + ipv4({.protocol = kTcp, .payload = 0}) + Bytes(26, std::byte{7}));
  EXPECT_EQ(packet.kind, PacketKind::kEthernet);
  EXPECT_EQ(packet.note, ParseNote::kMalformed);
}

TEST(FlowKey, WalksOverVlanTagsOfAllThreeKinds) {
  for (const unsigned outer : {0x8100u, 0x88a8u, 0x9100u}) {
    const ParsedPacket packet = parsed(ethernet(outer) + vlan_tag(100, 0x8100) +
                                       vlan_tag(200, 0x0800) + ipv4({}) + ports(1234, 80));
    EXPECT_EQ(packet.key, parsed(udp4()).key);
    ASSERT_EQ(packet.vlan_tags, 2);
    EXPECT_EQ(packet.vlan[0], 100);
    EXPECT_EQ(packet.vlan[1], 200);
    EXPECT_EQ(packet.ether_type, 0x0800);
  }
}

TEST(FlowKey, FollowsEightVlanTagsAndRefusesTheNinth) {
  Bytes eight = macs() + be16(0x8100);
  for (int i = 0; i < 7; ++i) eight = eight + vlan_tag(1, 0x8100);
  EXPECT_EQ(parsed(eight + vlan_tag(1, 0x0800) + ipv4({}) + ports(1234, 80)).key,
            parsed(udp4()).key);
  expect_mac_rule(eight + vlan_tag(1, 0x8100) + vlan_tag(1, 0x0800) + ipv4({}) + ports(1234, 80),
                  0x8100, ParseNote::kMalformed);
}

TEST(FlowKey, OfAnotherIpProtocolHasNoPorts) {
  const ParsedPacket packet =
      parsed(ethernet(0x0800) + ipv4({.protocol = kIcmp}) + ports(0x0800, 0x1234));
  EXPECT_FALSE(packet.has_ports);
  EXPECT_EQ(key_bytes(packet.key), raw({4, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}));
}

TEST(FlowKey, OfEveryIpv4FragmentIsWithoutPorts) {
  const Bytes expected = raw({4, 17, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2});
  constexpr unsigned kMoreFragments = 0x2000;
  for (const unsigned fragment : {kMoreFragments, kMoreFragments | 185, 370u, 1u}) {
    const ParsedPacket packet =
        parsed(ethernet(0x0800) + ipv4({.fragment = fragment}) + ports(1234, 80));
    EXPECT_EQ(key_bytes(packet.key), expected) << fragment;
    EXPECT_TRUE(packet.fragment);
    EXPECT_FALSE(packet.has_ports);
    EXPECT_EQ(packet.note, ParseNote::kNone);
  }
}

TEST(FlowKey, DontFragmentIsNoFragment) {
  EXPECT_EQ(parsed(ethernet(0x0800) + ipv4({.fragment = 0x4000}) + ports(1234, 80)).key,
            parsed(udp4()).key);
}

TEST(FlowKey, OfALastIpv4FragmentOfOneByteNeedsNoPorts) {
  const ParsedPacket packet =
      parsed(ethernet(0x0800) + ipv4({.payload = 1, .fragment = 370}) + raw({9}));
  EXPECT_EQ(packet.kind, PacketKind::kIpv4);
  EXPECT_EQ(packet.note, ParseNote::kNone);
}

TEST(FlowKey, FindsPortsBehindIpv6ExtensionHeaders) {
  const Bytes plain = ethernet(0x86dd) + ipv6({}) + ports(1234, 80);
  const Bytes chained = ethernet(0x86dd) + ipv6({.next = 0, .payload = 8 + 16 + 24 + 16 + 8 + 8}) +
                        extension(60) + extension(43, 1) + extension(51, 2) +
                        authentication(135, 2) + extension(17) + ports(1234, 80);
  const ParsedPacket packet = parsed(chained);
  EXPECT_EQ(packet.note, ParseNote::kNone) << packet.note_text;
  EXPECT_EQ(packet.key, parsed(plain).key);
  ASSERT_EQ(packet.extensions, 5);
  EXPECT_EQ(packet.extension[0], 0);
  EXPECT_EQ(packet.extension[1], 60);
  EXPECT_EQ(packet.extension[2], 43);
  EXPECT_EQ(packet.extension[3], 51);
  EXPECT_EQ(packet.extension[4], 135);
}

TEST(FlowKey, FollowsEightIpv6ExtensionHeadersAndRefusesTheNinth) {
  Bytes seven;
  for (int i = 0; i < 7; ++i) seven = seven + extension(60);
  const auto frame = [&](const Bytes& chain) {
    return ethernet(0x86dd) +
           ipv6({.next = 60, .payload = static_cast<unsigned>(chain.size()) + 8}) + chain +
           ports(1234, 80);
  };
  EXPECT_EQ(parsed(frame(seven + extension(17))).kind, PacketKind::kIpv6);
  expect_mac_rule(frame(seven + extension(60) + extension(17)), 0x86dd, ParseNote::kMalformed);
}

TEST(FlowKey, OfEveryIpv6FragmentTakesTheFragmentHeadersNumber) {
  const Bytes expected = raw({6, 44, 0, 0, 0, 0, 0, 0}) + address6(1) + address6(2);
  const Bytes head = ethernet(0x86dd) + ipv6({.next = 44, .payload = 16});
  // First, middle, last; and one whose Next Header field differs (RFC 8200 section 4.5), and one of
  // a datagram that goes on with destination options.
  const Bytes kinds[] = {fragment_header(17, 0, true), fragment_header(17, 1, true),
                         fragment_header(17, 2, false), fragment_header(59, 2, false),
                         fragment_header(60, 0, true)};
  for (const Bytes& kind : kinds) {
    const ParsedPacket packet = parsed(head + kind + ports(1234, 80));
    EXPECT_EQ(key_bytes(packet.key), expected);
    EXPECT_TRUE(packet.fragment);
    EXPECT_EQ(packet.note, ParseNote::kNone);
  }
}

TEST(FlowKey, OfAnIpv6AtomicFragmentIsThatOfTheWholeDatagram) {
  const ParsedPacket packet = parsed(ethernet(0x86dd) + ipv6({.next = 44, .payload = 16}) +
                                     fragment_header(17, 0, false) + ports(1234, 80));
  EXPECT_FALSE(packet.fragment);
  EXPECT_EQ(packet.key, parsed(ethernet(0x86dd) + ipv6({}) + ports(1234, 80)).key);
}

TEST(FlowKey, OfEncryptedIpv6PayloadIsAddressesAndProtocol) {
  const ParsedPacket packet = parsed(ethernet(0x86dd) + ipv6({.next = 50}) + ports(1, 2));
  EXPECT_EQ(packet.protocol, 50);
  EXPECT_FALSE(packet.has_ports);
}

TEST(FlowKey, OfANonIpFrameHoldsMacsAndEtherType) {
  const ParsedPacket arp = parsed(ethernet(0x0806) + zeros(28));
  EXPECT_EQ(arp.kind, PacketKind::kEthernet);
  EXPECT_EQ(arp.note, ParseNote::kNone);
  EXPECT_EQ(key_bytes(arp.key), mac_key(0x0806));
  EXPECT_EQ(key_bytes(parsed(ethernet(0x8100) + vlan_tag(5, 0x0806) + zeros(28)).key),
            mac_key(0x0806));
}

TEST(FlowKey, OfA8023FrameDoesNotDependOnItsLength) {
  EXPECT_EQ(parsed(ethernet(60) + zeros(60)).key, parsed(ethernet(1500) + zeros(1500)).key);
  EXPECT_EQ(key_bytes(parsed(ethernet(60) + zeros(60)).key), mac_key(0));
}

TEST(FlowKey, OfARuntIsItsBytes) {
  const ParsedPacket runt = parsed(raw({0xde, 0xad, 0xbe}));
  EXPECT_EQ(runt.kind, PacketKind::kRunt);
  EXPECT_EQ(runt.note, ParseNote::kTruncated);
  EXPECT_EQ(key_bytes(runt.key), raw({1, 3, 0xde, 0xad, 0xbe}) + zeros(11));
  EXPECT_NE(parsed(raw({0, 0})).key, parsed(raw({0, 0, 0})).key);
  EXPECT_EQ(parsed(zeros(0)).kind, PacketKind::kRunt);
  EXPECT_EQ(parsed(zeros(13)).kind, PacketKind::kRunt);
  EXPECT_EQ(parsed(zeros(14)).kind, PacketKind::kEthernet);
}

TEST(FlowKey, ACutHeaderFallsBackToTheMacRule) {
  expect_mac_rule(ethernet(0x8100) + raw({0, 1, 8}), 0x8100, ParseNote::kTruncated);
  expect_mac_rule(ethernet(0x0800), 0x0800, ParseNote::kTruncated);
  expect_mac_rule(ethernet(0x0800) + raw({0x45}) + zeros(18), 0x0800, ParseNote::kTruncated);
  expect_mac_rule(ethernet(0x86dd) + raw({0x60}) + zeros(38), 0x86dd, ParseNote::kTruncated);
  const Bytes options = ethernet(0x0800) + ipv4({.options = 8});
  expect_mac_rule({options.begin(), options.end() - 1}, 0x0800, ParseNote::kTruncated);
  expect_mac_rule(ethernet(0x0800) + ipv4({}) + raw({0x04, 0xd2, 0}), 0x0800,
                  ParseNote::kTruncated);
  expect_mac_rule(ethernet(0x86dd) + ipv6({}) + raw({0x04}), 0x86dd, ParseNote::kTruncated);
  const Bytes fragment = ethernet(0x86dd) + ipv6({.next = 44}) + fragment_header(17, 0, true);
  expect_mac_rule({fragment.begin(), fragment.end() - 1}, 0x86dd, ParseNote::kTruncated);
  const Bytes chain = ethernet(0x86dd) + ipv6({.next = 60, .payload = 200}) + extension(17, 20);
  expect_mac_rule({chain.begin(), chain.begin() + 14 + 40 + 100}, 0x86dd, ParseNote::kTruncated);
  expect_mac_rule({chain.begin(), chain.begin() + 14 + 40 + 7}, 0x86dd, ParseNote::kTruncated);
}

TEST(FlowKey, AContradictoryHeaderFallsBackToTheMacRule) {
  Bytes short_ihl = ethernet(0x0800) + ipv4({}) + ports(1, 2);
  short_ihl[14] = std::byte{0x44};
  expect_mac_rule(short_ihl, 0x0800, ParseNote::kMalformed);
  expect_mac_rule(ethernet(0x0800) + ipv4({.version = 6}) + ports(1, 2), 0x0800,
                  ParseNote::kMalformed);
  expect_mac_rule(ethernet(0x86dd) + ipv6({.version = 4}) + ports(1, 2), 0x86dd,
                  ParseNote::kMalformed);
  Bytes short_total = ethernet(0x0800) + ipv4({}) + ports(1, 2);
  short_total[17] = std::byte{19};
  expect_mac_rule(short_total, 0x0800, ParseNote::kMalformed);
  expect_mac_rule(ethernet(0x86dd) + ipv6({.next = 60, .payload = 8}) + extension(17, 3), 0x86dd,
                  ParseNote::kMalformed);
  expect_mac_rule(ethernet(0x86dd) + ipv6({.next = 60, .payload = 4}) + extension(17, 3), 0x86dd,
                  ParseNote::kMalformed);
  expect_mac_rule(ethernet(0x86dd) + ipv6({.next = kTcp, .payload = 3}) + ports(1, 2), 0x86dd,
                  ParseNote::kMalformed);
}

TEST(FlowKey, OfASnappedPacketWithReadablePortsStaysThatOfItsFlow) {
  const ParsedPacket four = parsed(ethernet(0x0800) + ipv4({.payload = 1400}) + ports(1234, 80));
  EXPECT_EQ(four.key, parsed(udp4()).key);
  EXPECT_EQ(four.note, ParseNote::kTruncated);
  const ParsedPacket six = parsed(ethernet(0x86dd) + ipv6({.payload = 1400}) + ports(1234, 80));
  EXPECT_EQ(six.key, parsed(ethernet(0x86dd) + ipv6({}) + ports(1234, 80)).key);
  EXPECT_EQ(six.note, ParseNote::kTruncated);
}

TEST(FlowKey, APacketOfMoreSegmentsIsNotTruncated) {
  const ExactBuffer head(ethernet(0x0800) + ipv4({.payload = 1400}) + ports(1234, 80));
  FlowKey key;
  EXPECT_EQ(parse_key(head.bytes(), 14 + 20 + 1400, key), ParseNote::kNone);
  EXPECT_EQ(parse_key(head.bytes(), 14 + 20 + 1399, key), ParseNote::kTruncated);
  EXPECT_EQ(key, parsed(udp4()).key);
}

TEST(FlowKey, ALengthFieldOfZeroMeansNotGiven) {
  Bytes uncut = udp4();
  uncut[16] = uncut[17] = std::byte{0};
  EXPECT_EQ(parsed(uncut).key, parsed(udp4()).key);
  EXPECT_EQ(parsed(uncut).note, ParseNote::kNone);
  EXPECT_EQ(parsed(ethernet(0x86dd) + ipv6({.payload = 0}) + ports(1234, 80)).kind,
            PacketKind::kIpv6);
}

TEST(FlowKey, EveryFieldOfTheTupleChangesIt) {
  std::unordered_set<FlowKey, FlowKeyHash> keys;
  const auto add = [&](const Ip4& ip, unsigned source_port, unsigned destination_port) {
    return keys
        .insert(parsed(ethernet(0x0800) + ipv4(ip) + ports(source_port, destination_port)).key)
        .second;
  };
  EXPECT_TRUE(add({}, 1, 2));
  EXPECT_FALSE(add({}, 1, 2));
  EXPECT_TRUE(add({}, 2, 2));
  EXPECT_TRUE(add({}, 1, 3));
  EXPECT_TRUE(add({.protocol = kTcp}, 1, 2));
  EXPECT_TRUE(add({.source = 0x0a000003}, 1, 2));
  EXPECT_TRUE(add({.destination = 0x0a000003}, 1, 2));
  EXPECT_EQ(keys.size(), 6u);
}

TEST(SymmetricKey, IsOneForBothDirections) {
  const FlowKey there = parsed(udp4(1234, 80)).key;
  const FlowKey back =
      parsed(ethernet(0x0800) + ipv4({.source = 0x0a000002, .destination = 0x0a000001}) +
             ports(80, 1234))
          .key;
  EXPECT_NE(there, back);
  EXPECT_EQ(symmetric(there), symmetric(back));
  EXPECT_EQ(symmetric(there), there);  // 10.0.0.1 < 10.0.0.2
}

TEST(SymmetricKey, KeepsPortsWithTheirAddresses) {
  // a:1 <-> b:2 is another conversation than a:2 <-> b:1.
  EXPECT_NE(symmetric(parsed(udp4(1, 2)).key), symmetric(parsed(udp4(2, 1)).key));
}

TEST(SymmetricKey, OrdersPortsWhereAddressesAreEqual) {
  const Ip4 self{.source = 0x7f000001, .destination = 0x7f000001};
  const auto key = [&](unsigned a, unsigned b) {
    return symmetric(parsed(ethernet(0x0800) + ipv4(self) + ports(a, b)).key);
  };
  EXPECT_EQ(key(1, 300), key(300, 1));
}

TEST(SymmetricKey, OrdersMacsOfNonIpFrames) {
  const Bytes there = ethernet(0x0806) + zeros(28);
  Bytes back = there;
  std::swap_ranges(back.begin(), back.begin() + 6, back.begin() + 6);
  EXPECT_NE(parsed(there).key, parsed(back).key);
  EXPECT_EQ(symmetric(parsed(there).key), symmetric(parsed(back).key));
}

}  // namespace
}  // namespace ringside
