// SPDX-License-Identifier: BSD-3-Clause
#include "core/flow_key.hpp"

#include <algorithm>
#include <utility>

namespace ringside {

namespace {

using detail::ip_head;
using detail::load;
using Bytes = std::span<const std::byte>;

constexpr std::size_t kEtherHeader = 14;
constexpr std::size_t kVlanTag = 4;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kPorts = 4;
constexpr std::uint64_t kMacMask = 0xffff'ffff'ffff;

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kFirstEtherType = 0x0600;  // IEEE 802.3: below, the field is a length

std::uint8_t load8(Bytes from, std::size_t at) {
  return std::to_integer<std::uint8_t>(from[at]);
}

constexpr std::uint16_t swapped(std::uint16_t value) {
  return static_cast<std::uint16_t>(value >> 8 | value << 8);
}

/// A number in network order.
std::uint16_t load16(Bytes from, std::size_t at) {
  return swapped(load<std::uint16_t>(from, at));
}

constexpr bool is_vlan(std::uint16_t ether_type) {
  return ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100;
}

constexpr bool is_walked_extension(std::uint8_t header) {
  return header == kHopByHop || header == kRouting || header == kFragment || header == kAh ||
         header == kDestinationOptions || header == kMobility;
}

/// What follows returns a Finding through memory unless it is inlined, and GCC 12 does not do so by
/// itself: 25 ns a packet instead of 9.
#define RINGSIDE_HOT [[gnu::always_inline]] inline

/// What an IP rule found out. Not `keyed`: the Ethernet rule applies.
struct Finding {
  bool keyed;
  ParseNote note;
  const char* text;
  std::uint8_t protocol = 0;  // for the key
  std::uint32_t ports = 0;    // the four bytes of the packet
};

constexpr Finding truncated(const char* text) {
  return {false, ParseNote::kTruncated, text};
}
constexpr Finding malformed(const char* text) {
  return {false, ParseNote::kMalformed, text};
}

/// The packet path wants the key alone; the compiler removes these calls.
struct NoDetails {
  void vlan(std::uint16_t) {}
  void ether_type(std::uint16_t) {}
  void extension(std::uint8_t) {}
  void protocol(std::uint8_t) {}
  void fragment() {}
  void finding(const Finding&) {}
};

struct Record {
  ParsedPacket& packet;

  void vlan(std::uint16_t id) { packet.vlan[packet.vlan_tags++] = id; }
  void ether_type(std::uint16_t type) { packet.ether_type = type; }
  void extension(std::uint8_t header) { packet.extension[packet.extensions++] = header; }
  void protocol(std::uint8_t number) { packet.protocol = number; }
  void fragment() { packet.fragment = true; }
  void finding(const Finding& found) { packet.note_text = found.text; }
};

/// The part of a frame that an IP rule looks at. `stated` is the length that the IP header gives
/// for the packet; 0 = not given (jumbograms, and segments that an offload has not cut yet).
struct IpPacket {
  Bytes bytes;         // readable, from the IP header on
  std::size_t length;  // in the frame, from the IP header on; >= bytes.size()
  std::size_t stated = 0;

  bool cut() const { return stated > length; }
};

RINGSIDE_HOT Finding keyed(const IpPacket& ip, std::uint8_t protocol, std::uint32_t ports) {
  if (!ip.cut()) return {true, ParseNote::kNone, "", protocol, ports};
  return {true, ParseNote::kTruncated, "the frame ends before the IP packet does", protocol, ports};
}

/// With the ports at `at`, if the protocol has any.
RINGSIDE_HOT Finding keyed_with_ports(const IpPacket& ip, std::size_t at, std::uint8_t protocol) {
  if (!has_ports(protocol)) return keyed(ip, protocol, 0);
  if (ip.stated != 0 && at + kPorts > ip.stated) {
    return malformed("the IP packet ends before its ports");
  }
  if (at + kPorts > ip.bytes.size()) return truncated("the frame ends before the ports");
  return keyed(ip, protocol, load<std::uint32_t>(ip.bytes, at));
}

template <typename Details>
RINGSIDE_HOT Finding ipv4(IpPacket ip, FlowKey& key, Details& details) {
  if (ip.bytes.size() < kIpv4Header) return truncated("the frame ends inside the IPv4 header");
  if (load8(ip.bytes, 0) >> 4 != 4) return malformed("EtherType IPv4, but another IP version");
  const std::size_t header = (load8(ip.bytes, 0) & 0x0fu) * 4u;
  if (header < kIpv4Header) return malformed("the IPv4 header length is below 20 bytes");
  ip.stated = load16(ip.bytes, 2);
  if (ip.stated != 0 && ip.stated < header) {
    return malformed("the IPv4 packet is shorter than its header");
  }
  if (header > ip.bytes.size()) return truncated("the frame ends inside the IPv4 options");

  const std::uint8_t protocol = load8(ip.bytes, 9);
  details.protocol(protocol);
  const bool fragment = (load16(ip.bytes, 6) & 0x3fff) != 0;  // MF, or an offset
  if (fragment) details.fragment();
  const Finding found = fragment ? keyed(ip, protocol, 0) : keyed_with_ports(ip, header, protocol);
  if (!found.keyed) return found;
  key.words[0] = ip_head(PacketKind::kIpv4, found.protocol, found.ports);
  key.words[1] = load<std::uint64_t>(ip.bytes, 12);
  return found;
}

/// Walks the extension headers to the transport header, or to the first header of a fragment.
template <typename Details>
RINGSIDE_HOT Finding ipv6_upper_layer(const IpPacket& ip, Details& details) {
  std::uint8_t next = load8(ip.bytes, 6);
  std::size_t at = kIpv6Header;
  for (std::size_t walked = 0; is_walked_extension(next); ++walked) {
    if (walked == kMaxExtensionHeaders) return malformed("too many IPv6 extension headers");
    if (ip.stated != 0 && at + 8 > ip.stated) {
      return malformed("the IPv6 packet ends inside its extension headers");
    }
    if (at + 8 > ip.bytes.size()) return truncated("the frame ends inside an extension header");
    details.extension(next);
    const std::uint8_t header = std::exchange(next, load8(ip.bytes, at));
    if (header == kFragment) {
      if ((load16(ip.bytes, at + 2) & 0xfff9) != 0) {  // an offset, or M
        details.fragment();
        details.protocol(next);
        return keyed(ip, kFragment, 0);
      }
      at += 8;
    } else {
      const std::size_t units = load8(ip.bytes, at + 1);
      at += header == kAh ? (units + 2) * 4 : (units + 1) * 8;  // RFC 4302 2.2, RFC 8200 4.3
    }
  }
  if (ip.stated != 0 && at > ip.stated) {
    return malformed("the IPv6 packet ends inside its extension headers");
  }
  if (at > ip.bytes.size()) return truncated("the frame ends inside an extension header");
  details.protocol(next);
  return keyed_with_ports(ip, at, next);
}

template <typename Details>
RINGSIDE_HOT Finding ipv6(IpPacket ip, FlowKey& key, Details& details) {
  if (ip.bytes.size() < kIpv6Header) return truncated("the frame ends inside the IPv6 header");
  if (load8(ip.bytes, 0) >> 4 != 6) return malformed("EtherType IPv6, but another IP version");
  const std::size_t payload = load16(ip.bytes, 4);
  ip.stated = payload == 0 ? 0 : kIpv6Header + payload;

  const Finding found = ipv6_upper_layer(ip, details);
  if (!found.keyed) return found;
  key.words[0] = ip_head(PacketKind::kIpv6, found.protocol, found.ports);
  std::memcpy(&key.words[1], ip.bytes.data() + 8, 32);
  return found;
}

ParseNote runt(Bytes frame, FlowKey& key) {
  std::array<std::byte, 16> bytes{static_cast<std::byte>(PacketKind::kRunt),
                                  static_cast<std::byte>(frame.size())};
  std::ranges::copy(frame, bytes.begin() + 2);
  std::memcpy(key.words.data(), bytes.data(), bytes.size());
  return ParseNote::kTruncated;
}

/// Lengths of 802.3 frames are no EtherTypes: they would tear a conversation apart.
void ethernet(Bytes frame, std::uint16_t ether_type, FlowKey& key) {
  const std::uint16_t type = ether_type < kFirstEtherType ? 0 : swapped(ether_type);
  key.words[0] = static_cast<std::uint64_t>(PacketKind::kEthernet) | load<std::uint64_t>(frame, 0)
                                                                         << 16;  // destination MAC
  key.words[1] = (load<std::uint64_t>(frame, 6) & kMacMask) | std::uint64_t{type} << 48;
}

/// The one parser. `key` comes in empty.
template <typename Details>
ParseNote walk(Bytes frame, std::size_t frame_length, FlowKey& key, Details& details) {
  if (frame.size() < kEtherHeader) {
    details.finding(truncated("shorter than an Ethernet header"));
    return runt(frame, key);
  }
  std::uint16_t type = load16(frame, 12);
  std::size_t at = kEtherHeader;
  Finding found{false, ParseNote::kNone, ""};
  for (std::size_t tags = 0; is_vlan(type); ++tags) {
    if (tags == kMaxVlanTags) {
      found = malformed("too many VLAN tags");
      break;
    }
    if (frame.size() < at + kVlanTag) {
      found = truncated("the frame ends inside a VLAN tag");
      break;
    }
    details.vlan(load16(frame, at) & 0x0fff);
    type = load16(frame, at + 2);
    at += kVlanTag;
  }
  details.ether_type(type);
  const IpPacket ip{frame.subspan(at), std::max(frame_length, frame.size()) - at};
  if (type == kEtherIpv4) found = ipv4(ip, key, details);
  if (type == kEtherIpv6) found = ipv6(ip, key, details);
  if (!found.keyed) ethernet(frame, type, key);
  details.finding(found);
  return found.note;
}

/// words[0] of an IP key with source and destination port exchanged.
constexpr std::uint64_t with_ports_swapped(std::uint64_t head) {
  const auto ports = static_cast<std::uint32_t>(head >> 16);
  return (head & 0xffff) | std::uint64_t{std::rotl(ports, 16)} << 16;
}

/// Address, then port, as a number that orders IPv4 endpoints.
std::uint64_t endpoint4(std::uint32_t address, std::uint16_t port) {
  return std::uint64_t{__builtin_bswap32(address)} << 16 | port;
}

FlowKey symmetric4(FlowKey key) {
  const auto source = static_cast<std::uint32_t>(key.words[1]);
  const auto destination = static_cast<std::uint32_t>(key.words[1] >> 32);
  if (endpoint4(source, key.source_port()) > endpoint4(destination, key.destination_port())) {
    key.words[0] = with_ports_swapped(key.words[0]);
    key.words[1] = std::rotl(key.words[1], 32);
  }
  return key;
}

FlowKey symmetric6(FlowKey key) {
  const int order = std::memcmp(&key.words[1], &key.words[3], 16);
  if (order > 0 || (order == 0 && key.source_port() > key.destination_port())) {
    key.words[0] = with_ports_swapped(key.words[0]);
    std::swap_ranges(&key.words[1], &key.words[3], &key.words[3]);
  }
  return key;
}

FlowKey symmetric_macs(FlowKey key) {
  const std::uint64_t destination = key.words[0] >> 16;
  const std::uint64_t source = key.words[1] & kMacMask;
  if (__builtin_bswap64(destination) > __builtin_bswap64(source)) {
    key.words[0] = (key.words[0] & 0xffff) | source << 16;
    key.words[1] = (key.words[1] & ~kMacMask) | destination;
  }
  return key;
}

IpAddress address_from(const std::uint64_t* word, std::size_t offset, std::size_t size) {
  IpAddress address{};
  std::memcpy(address.data(), reinterpret_cast<const std::byte*>(word) + offset, size);
  return address;
}

}  // namespace

std::uint16_t FlowKey::source_port() const noexcept {
  return swapped(static_cast<std::uint16_t>(words[0] >> 16));
}
std::uint16_t FlowKey::destination_port() const noexcept {
  return swapped(static_cast<std::uint16_t>(words[0] >> 32));
}
IpAddress FlowKey::source() const noexcept {
  return address_from(&words[1], 0, kind() == PacketKind::kIpv6 ? 16 : 4);
}
IpAddress FlowKey::destination() const noexcept {
  return kind() == PacketKind::kIpv6 ? address_from(&words[3], 0, 16)
                                     : address_from(&words[1], 4, 4);
}

FlowKey ip_flow_key(PacketKind kind, const IpAddress& source, const IpAddress& destination,
                    std::uint8_t protocol, std::uint16_t source_port,
                    std::uint16_t destination_port) noexcept {
  const std::size_t size = kind == PacketKind::kIpv6 ? 16 : 4;
  FlowKey key;
  key.words[0] = ip_head(kind, protocol,
                         std::uint32_t{swapped(destination_port)} << 16 | swapped(source_port));
  auto* const addresses = reinterpret_cast<std::byte*>(&key.words[1]);
  std::memcpy(addresses, source.data(), size);
  std::memcpy(addresses + size, destination.data(), size);
  return key;
}

FlowKey symmetric(const FlowKey& key) noexcept {
  switch (key.kind()) {
    case PacketKind::kIpv4:
      return symmetric4(key);
    case PacketKind::kIpv6:
      return symmetric6(key);
    case PacketKind::kEthernet:
      return symmetric_macs(key);
    case PacketKind::kRunt:
      break;
  }
  return key;
}

ParseNote detail::parse_any(std::span<const std::byte> readable, std::size_t frame_length,
                            FlowKey& key) noexcept {
  key = FlowKey{};
  NoDetails none;
  return walk(readable, frame_length, key, none);
}

ParsedPacket parse(std::span<const std::byte> frame) noexcept {
  ParsedPacket packet;
  Record record{packet};
  packet.note = walk(frame, frame.size(), packet.key, record);
  packet.kind = packet.key.kind();
  if (packet.kind == PacketKind::kRunt) return packet;
  std::memcpy(packet.destination_mac.data(), frame.data(), 6);
  std::memcpy(packet.source_mac.data(), frame.data() + 6, 6);
  if (packet.kind == PacketKind::kEthernet) return packet;
  packet.source = packet.key.source();
  packet.destination = packet.key.destination();
  packet.has_ports = !packet.fragment && has_ports(packet.protocol);
  packet.source_port = packet.key.source_port();
  packet.destination_port = packet.key.destination_port();
  return packet;
}

const char* to_text(PacketKind kind) noexcept {
  switch (kind) {
    case PacketKind::kRunt:
      return "runt";
    case PacketKind::kEthernet:
      return "ethernet";
    case PacketKind::kIpv4:
      return "ipv4";
    case PacketKind::kIpv6:
      return "ipv6";
  }
  return "unknown";
}

const char* to_text(ParseNote note) noexcept {
  switch (note) {
    case ParseNote::kNone:
      return "none";
    case ParseNote::kTruncated:
      return "truncated";
    case ParseNote::kMalformed:
      return "malformed";
  }
  return "unknown";
}

}  // namespace ringside
