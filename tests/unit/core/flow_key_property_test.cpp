// SPDX-License-Identifier: BSD-3-Clause
// What holds for any bytes. The frames lie in blocks of exactly their size: under AddressSanitizer
// (preset asan) a read past the end ends the test.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "core/flow_key.hpp"
#include "frames.hpp"

namespace ringside {
namespace {

using namespace test;

rc::Gen<Bytes> any_bytes(std::size_t longest) {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, longest + 1), [](std::size_t size) {
    return rc::gen::map(
        rc::gen::container<std::vector<std::uint8_t>>(size, rc::gen::arbitrary<std::uint8_t>()),
        [](const std::vector<std::uint8_t>& values) {
          Bytes bytes;
          for (const auto value : values) bytes.push_back(std::byte{value});
          return bytes;
        });
  });
}

/// Bytes that look like something at first, so that the walk gets far before it meets nonsense.
rc::Gen<Bytes> plausible_frame() {
  return rc::gen::exec([] {
    Bytes frame = macs();
    const unsigned type = *rc::gen::element(0x0800u, 0x86ddu);
    for (int tags = *rc::gen::element(0, 0, 1, 2, 8, 9); tags > 0; --tags) {
      frame = frame + be16(*rc::gen::element(0x8100u, 0x88a8u, 0x9100u)) + raw({0, 1});
    }
    frame = frame + be16(type);
    const unsigned next = *rc::gen::element(0u, 6u, 17u, 43u, 44u, 51u, 60u, 132u, 135u);
    const unsigned payload = *rc::gen::element(0u, 8u, 60u, 300u);
    if (type == 0x0800) {
      frame = frame + ipv4({.protocol = next,
                            .payload = payload,
                            .options = 4 * *rc::gen::inRange(0u, 11u),
                            .fragment = *rc::gen::element(0u, 0u, 0x2000u, 0x2001u, 9u)});
    } else {
      frame = frame + ipv6({.next = next, .payload = payload});
      for (int headers = *rc::gen::element(0, 1, 2, 3, 8, 9); headers > 0; --headers) {
        const unsigned header = *rc::gen::element(0u, 6u, 43u, 44u, 51u, 60u, 135u);
        frame = frame + extension(header, *rc::gen::inRange(0u, 4u));
      }
    }
    frame = frame + *any_bytes(40);
    const bool cut = *rc::gen::arbitrary<bool>();
    if (cut) frame.resize(*rc::gen::inRange<std::size_t>(0, frame.size() + 1));
    return frame;
  });
}

void holds_for(const Bytes& frame) {
  const ExactBuffer exact(frame);
  FlowKey key;
  const ParseNote note = parse_key(exact.bytes(), frame.size(), key);
  const ParsedPacket packet = parse(exact.bytes());
  RC_ASSERT(packet.key == key);
  RC_ASSERT(packet.note == note);
  RC_ASSERT(packet.kind == key.kind());
  RC_ASSERT((packet.kind == PacketKind::kRunt) == (frame.size() < 14));
  RC_ASSERT((note == ParseNote::kNone) == (packet.note_text[0] == '\0'));
  RC_ASSERT(symmetric(symmetric(key)) == symmetric(key));
  const auto padding = key.bytes().subspan(key.used().size());
  const bool padded_with_zeros =
      std::all_of(padding.begin(), padding.end(), [](std::byte b) { return b == std::byte{0}; });
  RC_ASSERT(padded_with_zeros);
}

RC_GTEST_PROP(AnyFrame, OfRandomBytesIsReadWithinItsBounds, ()) {
  holds_for(*any_bytes(200));
}

RC_GTEST_PROP(AnyFrame, ThatLooksPlausibleIsReadWithinItsBounds, ()) {
  for (int i = 0; i < 20; ++i) holds_for(*plausible_frame());
}

/// `frame` and what follows its headers; half of them with another byte between the EtherType and
/// the byte at `end`.
Bytes filled_and_perhaps_damaged(Bytes frame, std::size_t end) {
  frame = frame + *any_bytes(12);
  const bool damaged = *rc::gen::arbitrary<bool>();
  if (damaged)
    frame[*rc::gen::inRange<std::size_t>(12, end)] = std::byte{*rc::gen::arbitrary<std::uint8_t>()};
  return frame;
}

/// Of those for which parse_key() has a short cut, or just not.
rc::Gen<Bytes> nearly_plain_ipv4() {
  return rc::gen::exec([] {
    const Bytes headers =
        ethernet(0x0800) +
        ipv4({.protocol = *rc::gen::element(6u, 17u, 132u, 1u),
              .payload = *rc::gen::inRange(0u, 12u),
              .fragment = *rc::gen::element(0u, 0u, 0x4000u, 0x2000u, 0x2001u, 1u)});
    return filled_and_perhaps_damaged(headers, 24);
  });
}
rc::Gen<Bytes> nearly_plain_ipv6() {
  return rc::gen::exec([] {
    const Bytes headers =
        ethernet(0x86dd) + ipv6({.next = *rc::gen::element(6u, 17u, 132u, 58u, 0u, 44u),
                                 .payload = *rc::gen::inRange(0u, 14u)});
    return filled_and_perhaps_damaged(headers, 22);
  });
}

RC_GTEST_PROP(AnyFrame, ThatIsNearlyAPlainIpv4PacketHasTheKeyOfTheLongWay, ()) {
  for (int i = 0; i < 20; ++i) holds_for(*nearly_plain_ipv4());
}

RC_GTEST_PROP(AnyFrame, ThatIsNearlyAPlainIpv6PacketHasTheKeyOfTheLongWay, ()) {
  for (int i = 0; i < 20; ++i) holds_for(*nearly_plain_ipv6());
}

TEST(AnyFrame, CutAtEveryByteIsReadWithinItsBounds) {
  const Bytes whole = ethernet(0x88a8) + vlan_tag(1, 0x8100) + vlan_tag(2, 0x86dd) +
                      ipv6({.next = 0, .payload = 8 + 16 + 8 + 8 + 8}) + extension(51) +
                      authentication(44, 2) + fragment_header(60, 0, false) + extension(132) +
                      ports(1, 2);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const ExactBuffer exact{std::span(whole).first(size)};
    const ParsedPacket packet = parse(exact.bytes());
    // The last four bytes, behind the ports, are not needed for the key.
    EXPECT_EQ(packet.kind == PacketKind::kIpv6, size >= whole.size() - 4) << size;
    EXPECT_EQ(packet.note == ParseNote::kNone, size == whole.size()) << size;
  }
}

FlowKey key_of(const Bytes& frame) {
  const ExactBuffer exact(frame);
  return parse(exact.bytes()).key;
}

RC_GTEST_PROP(Fragments, OfOneIpv4DatagramShareAKey, (std::uint32_t source, std::uint32_t dest)) {
  const unsigned protocol = *rc::gen::inRange(0u, 256u);
  const auto fragment = [&](unsigned flags_and_offset) {
    const Bytes payload = *any_bytes(64);
    return key_of(ethernet(0x0800) +
                  ipv4({.protocol = protocol,
                        .payload = static_cast<unsigned>(payload.size()),
                        .options = 4 * *rc::gen::inRange(0u, 11u),
                        .fragment = flags_and_offset,
                        .source = source,
                        .destination = dest}) +
                  payload);
  };
  const FlowKey first = fragment(0x2000);
  RC_ASSERT(first.kind() == PacketKind::kIpv4);
  RC_ASSERT(fragment(0x2000 | *rc::gen::inRange(1u, 0x2000u)) == first);
  RC_ASSERT(fragment(*rc::gen::inRange(1u, 0x2000u)) == first);
}

RC_GTEST_PROP(Fragments, OfOneIpv6DatagramShareAKey, ()) {
  const unsigned source = *rc::gen::inRange(0u, 65536u);
  const unsigned destination = *rc::gen::inRange(0u, 65536u);
  const auto fragment = [&](unsigned offset, bool more) {
    const Bytes payload = *any_bytes(64);
    const unsigned next = *rc::gen::inRange(0u, 256u);
    return key_of(ethernet(0x86dd) +
                  ipv6({.next = 0,
                        .payload = static_cast<unsigned>(payload.size()) + 16,
                        .source = source,
                        .destination = destination}) +
                  extension(44) + fragment_header(next, offset, more) + payload);
  };
  const FlowKey first = fragment(0, true);
  RC_ASSERT(first.kind() == PacketKind::kIpv6);
  RC_ASSERT(fragment(*rc::gen::inRange(1u, 0x2000u), true) == first);
  RC_ASSERT(fragment(*rc::gen::inRange(1u, 0x2000u), false) == first);
}

RC_GTEST_PROP(SymmetricKey, OfAnyConversationIsOneForBothDirections,
              (std::uint16_t port_a, std::uint16_t port_b)) {
  // Small ranges, so that equal addresses and ports occur as well.
  const unsigned a = *rc::gen::inRange(0u, 5u);
  const unsigned b = *rc::gen::inRange(0u, 5u);
  const unsigned protocol = *rc::gen::element(6u, 17u, 132u, 1u);
  const auto four = [&](unsigned from, unsigned to, unsigned from_port, unsigned to_port) {
    return symmetric(key_of(ethernet(0x0800) +
                            ipv4({.protocol = protocol, .source = from, .destination = to}) +
                            ports(from_port, to_port)));
  };
  const auto six = [&](unsigned from, unsigned to, unsigned from_port, unsigned to_port) {
    return symmetric(key_of(ethernet(0x86dd) +
                            ipv6({.next = protocol, .source = from, .destination = to}) +
                            ports(from_port, to_port)));
  };
  RC_ASSERT(four(a, b, port_a, port_b) == four(b, a, port_b, port_a));
  RC_ASSERT(six(a, b, port_a, port_b) == six(b, a, port_b, port_a));
}

}  // namespace
}  // namespace ringside
