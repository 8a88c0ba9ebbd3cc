// SPDX-License-Identifier: BSD-3-Clause
// Builds frames from the inside out: payload, transport, network, Ethernet. Lengths and checksums
// come out right; whoever wants a broken frame breaks the finished one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ringside::pcaps {

using Bytes = std::vector<std::uint8_t>;
using Mac = std::array<std::uint8_t, 6>;

/// Frames are padded to this, the least Ethernet sends (64 bytes less the checksum, which captures
/// do not have).
inline constexpr std::size_t kMinFrame = 60;

inline constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kGre = 47, kEsp = 50, kAh = 51,
                              kIcmpV6 = 58, kNoNextHeader = 59, kSctp = 132;
inline constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kDestination = 60;
inline constexpr std::uint16_t kTypeIpv4 = 0x0800, kTypeArp = 0x0806, kTypeVlan = 0x8100,
                               kTypeIpv6 = 0x86dd, kTypeQinq = 0x88a8;

/// An IPv4 (first four bytes) or IPv6 address in network order.
struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};

  static IpAddress v4(std::uint32_t value);
  /// 2001:db8::/32 with `value` in the last 64 bits.
  static IpAddress doc6(std::uint64_t value);
  std::size_t size() const { return v6 ? 16 : 4; }
};

/// One direction of a conversation. Ports are used by TCP, UDP and SCTP only.
struct Flow {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = kUdp;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;

  Flow reversed() const { return {destination, source, protocol, destination_port, source_port}; }
};

struct VlanTag {
  std::uint16_t type = kTypeVlan;
  std::uint16_t control = 1;  ///< priority and VLAN id
};

struct EthernetHeader {
  Mac destination{0x02, 0, 0, 0, 0, 2};
  Mac source{0x02, 0, 0, 0, 0, 1};
  std::vector<VlanTag> tags{};
};

struct TcpFields {
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = 0x10;  ///< ACK
};

/// What an IP header says beside addresses and protocol.
struct IpFields {
  std::uint16_t id = 0;
  std::uint16_t fragment = 0x4000;  ///< IPv4 flags and offset in units of 8 bytes; DF by default
  std::uint8_t ttl = 64;
  Bytes options{};  ///< IPv4 only; a multiple of 4 bytes, at most 40
};

/// An IPv6 extension header whose first byte (next header) is filled in when it is chained.
struct Extension {
  std::uint8_t type = kHopByHop;
  Bytes bytes;  ///< a multiple of 8
};

void append(Bytes& out, const Bytes& more);
void put16(Bytes& out, std::uint16_t value);
void put32(Bytes& out, std::uint32_t value);

/// `size` bytes that begin with `sequence` (as much of it as fits) and go on in a pattern of it:
/// makes every packet of a capture different from every other.
Bytes payload_of(std::uint32_t sequence, std::size_t size);

/// The Internet checksum of RFC 1071.
std::uint16_t internet_checksum(const Bytes& data);

/// Transport header and payload with checksum. udp(), tcp() and icmp() sum the pseudo header of
/// the flow's addresses where the protocol has one.
Bytes udp(const Flow& flow, const Bytes& payload);
Bytes tcp(const Flow& flow, const TcpFields& fields, const Bytes& payload);
Bytes sctp(const Flow& flow, std::uint32_t transmission_number, const Bytes& payload);
/// Echo request (or reply); ICMPv6 when the flow's addresses are IPv6.
Bytes icmp_echo(const Flow& flow, bool reply, std::uint16_t id, std::uint16_t sequence,
                const Bytes& payload);

/// `inner` behind an IPv4 header, protocol and addresses from `flow`.
Bytes ipv4(const Flow& flow, const IpFields& fields, const Bytes& inner);
/// `inner` behind an IPv6 header and `extensions`.
Bytes ipv6(const Flow& flow, const std::vector<Extension>& extensions, const Bytes& inner);
/// ipv4() or ipv6() without extensions, by the flow's addresses.
Bytes ip(const Flow& flow, const IpFields& fields, const Bytes& inner);

Extension padding_extension(std::uint8_t type, std::size_t size);
Extension routing_extension();
Extension fragment_extension(std::uint16_t offset, bool more, std::uint32_t id);
Extension authentication_extension(std::uint32_t sequence);

/// A frame with EtherType (or 802.3 length) `type`, padded to kMinFrame.
Bytes ethernet(const EthernetHeader& header, std::uint16_t type, const Bytes& inner);
/// ethernet() with the EtherType that fits the flow's addresses.
Bytes ethernet_ip(const EthernetHeader& header, const Flow& flow, const Bytes& inner);

/// An IP/UDP or IP/TCP frame of `size` bytes whose payload begins with `sequence`; longer if the
/// headers and four bytes need more.
Bytes sized_frame(const EthernetHeader& header, const Flow& flow, std::uint32_t sequence,
                  std::size_t size);

}  // namespace ringside::pcaps
