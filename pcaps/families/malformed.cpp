// SPDX-License-Identifier: BSD-3-Clause
// Frames that are no longer what they were, or never were anything. A packet whose addresses and
// ports can still be read belongs to its flow; the others go by their MACs.
#include <cstddef>

#include "pcaps/families/families.hpp"
#include "pcaps/random.hpp"

namespace ringside::pcaps {
namespace {

Flow some_flow(bool v6, std::uint8_t protocol) {
  Flow flow;
  flow.source = v6 ? IpAddress::doc6(1) : IpAddress::v4(0x0a050001);
  flow.destination = v6 ? IpAddress::doc6(2) : IpAddress::v4(0x0a050002);
  flow.protocol = protocol;
  flow.source_port = 1000;
  flow.destination_port = 2000;
  return flow;
}

/// A header for every kind of damage, with a destination of its own, so that equal heads differ.
EthernetHeader header_of_kind(std::uint8_t kind) {
  EthernetHeader header;
  header.destination = {0x02, 0, 0, 0, 2, kind};
  return header;
}

std::uint16_t type_of(const Flow& flow) {
  return flow.source.v6 ? kTypeIpv6 : kTypeIpv4;
}

Bytes transport(const Flow& flow) {
  const Bytes payload = payload_of(0x5aa5f00f, 2);
  return flow.protocol == kTcp ? tcp(flow, {7, 9, 0x18}, payload) : udp(flow, payload);
}

/// What can be told of the flow from the first `size` bytes of a frame whose ports begin at
/// `ports_at`.
FlowLabel label_of_head(const EthernetHeader& header, const Flow& flow, std::size_t size,
                        std::size_t ports_at) {
  if (size >= ports_at + 4) return by_ports(flow);
  const std::size_t tags_read = (size - 14) / 4;
  const bool inside_tags = tags_read < header.tags.size();
  return by_macs(header, inside_tags ? header.tags[tags_read].type : type_of(flow));
}

/// Every head, from the Ethernet header on, of `packet` in a frame without padding.
void add_heads(Capture& capture, const EthernetHeader& header, const Flow& flow,
               const Bytes& packet) {
  const std::size_t ethernet_size = 14 + 4 * header.tags.size();
  const std::size_t ports_at = ethernet_size + packet.size() - transport(flow).size();
  const Bytes frame = ethernet_ip(header, flow, packet);
  for (std::size_t size = 14; size < ethernet_size + packet.size(); ++size) {
    capture.add(Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)),
                label_of_head(header, flow, size, ports_at));
  }
}

void add_runts(Capture& capture, Random& random) {
  for (std::size_t size = 1; size < 14; ++size) {
    Bytes frame;
    while (frame.size() < size) frame.push_back(static_cast<std::uint8_t>(random.next()));
    capture.add(frame, runt(frame));
  }
}

void add_cut_headers(Capture& capture) {
  std::uint8_t kind = 0;
  for (const bool v6 : {false, true}) {
    for (const std::uint8_t protocol : {kTcp, kUdp}) {
      const Flow flow = some_flow(v6, protocol);
      add_heads(capture, header_of_kind(kind++), flow, ip(flow, {}, transport(flow)));
    }
  }
  const Flow v4 = some_flow(false, kUdp);
  EthernetHeader tagged = header_of_kind(kind++);
  tagged.tags = {{kTypeQinq, 5}, {kTypeVlan, 6}};
  add_heads(capture, tagged, v4, ip(v4, {}, transport(v4)));

  const IpFields options{.options = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}};
  add_heads(capture, header_of_kind(kind++), v4, ipv4(v4, options, transport(v4)));

  const Flow v6 = some_flow(true, kUdp);
  // The Fragment header of a datagram that is whole (RFC 6946).
  const std::vector<Extension> chain = {padding_extension(kHopByHop, 8),
                                        padding_extension(kDestination, 16),
                                        fragment_extension(0, false, 3)};
  add_heads(capture, header_of_kind(kind++), v6, ipv6(v6, chain, transport(v6)));
}

/// One byte of the IP header overwritten, and whether the ports can be read all the same.
struct WrongByte {
  bool v6;
  std::size_t at;
  std::uint8_t value;
  bool readable = false;
};

constexpr WrongByte kWrongBytes[] = {
    // IPv4: versions other than 4; headers shorter than 20 bytes, and longer than the packet.
    {false, 0, 0x05},
    {false, 0, 0x15},
    {false, 0, 0x35},
    {false, 0, 0x55},
    {false, 0, 0x65},
    {false, 0, 0xf5},
    {false, 0, 0x40},
    {false, 0, 0x41},
    {false, 0, 0x42},
    {false, 0, 0x43},
    {false, 0, 0x44},
    {false, 0, 0x4f},
    // Total length past the end of the frame (high byte).
    {false, 2, 0x01, true},
    {false, 2, 0x10, true},
    {false, 2, 0x80, true},
    {false, 2, 0xff, true},
    // Total length below the header's, or too short for the ports (low byte). Zero is not "too
    // short": captures have it where the sender's offload had not filled it in yet.
    {false, 3, 0, true},
    {false, 3, 1},
    {false, 3, 19},
    {false, 3, 20},
    {false, 3, 23},
    // IPv6: versions other than 6; payload length too short for the ports, and past the end.
    {true, 0, 0x00},
    {true, 0, 0x40},
    {true, 0, 0x50},
    {true, 0, 0x70},
    {true, 0, 0xf0},
    {true, 5, 1},
    {true, 5, 3},
    {true, 4, 0x01, true},
    {true, 4, 0x10, true},
    {true, 4, 0x80, true},
    {true, 4, 0xff, true},
};

void add_wrong_fields(Capture& capture) {
  for (const WrongByte& wrong : kWrongBytes) {
    const EthernetHeader header = header_of_kind(wrong.v6 ? 101 : 100);
    const Flow flow = some_flow(wrong.v6, kUdp);
    const Bytes payload = payload_of(capture.next(), 24);
    Bytes frame = ethernet_ip(header, flow, ip(flow, {}, udp(flow, payload)));
    frame[14 + wrong.at] = wrong.value;
    capture.add(std::move(frame), wrong.readable ? by_ports(flow) : by_macs(header, type_of(flow)));
  }
}

/// Extension headers that claim to go on past the end.
void add_wrong_extensions(Capture& capture) {
  const Flow flow = some_flow(true, kUdp);
  const EthernetHeader header = header_of_kind(102);
  for (const std::uint8_t length : {8, 64, 127, 255}) {
    Extension hop = padding_extension(kHopByHop, 8);
    hop.bytes[1] = length;
    const Bytes inner = udp(flow, payload_of(capture.next(), 24));
    capture.add(ethernet_ip(header, flow, ipv6(flow, {hop}, inner)), by_macs(header, kTypeIpv6));
  }
}

}  // namespace

Capture make_malformed(std::uint64_t seed) {
  Random random(seed);
  Capture capture;
  add_runts(capture, random);
  add_cut_headers(capture);
  add_wrong_fields(capture);
  add_wrong_extensions(capture);
  return capture;
}

}  // namespace ringside::pcaps
