// SPDX-License-Identifier: BSD-3-Clause
#include "core/flow_key.hpp"

#include <algorithm>
#include <utility>

namespace ringside {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kEtherHeader = 14;
constexpr std::size_t kVlanTag = 4;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kPorts = 4;

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kFirstEtherType = 0x0600;  // IEEE 802.3: below, the field is a length

constexpr std::uint8_t kHopByHop = 0, kTcp = 6, kUdp = 17, kRouting = 43, kFragment = 44, kAh = 51,
                       kDestinationOptions = 60, kSctp = 132, kMobility = 135;

// Where the fields of a key stand; see FlowKey.
constexpr std::size_t kProtocolAt = 1, kPortsAt = 2, kSourceAt = 8, kDestination4At = 12,
                      kDestination6At = 24;
constexpr std::size_t kMacsAt = 2, kEtherTypeAt = 14;

std::uint8_t load8(Bytes from, std::size_t at) {
  return std::to_integer<std::uint8_t>(from[at]);
}

std::uint16_t load16(Bytes from, std::size_t at) {
  return static_cast<std::uint16_t>(load8(from, at) << 8 | load8(from, at + 1));
}

void store16(FlowKey& key, std::size_t at, std::uint16_t value) {
  key.bytes[at] = static_cast<std::byte>(value >> 8);
  key.bytes[at + 1] = static_cast<std::byte>(value & 0xff);
}

template <std::size_t N>
void copy(Bytes from, std::size_t at, FlowKey& key, std::size_t to) {
  std::memcpy(key.bytes.data() + to, from.data() + at, N);
}

constexpr bool is_vlan(std::uint16_t ether_type) {
  return ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100;
}

constexpr bool has_ports(std::uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kSctp;
}

constexpr bool is_walked_extension(std::uint8_t header) {
  return header == kHopByHop || header == kRouting || header == kFragment || header == kAh ||
         header == kDestinationOptions || header == kMobility;
}

/// What an IP rule found out. Not `keyed`: the key is still empty, and the Ethernet rule applies.
struct Finding {
  bool keyed;
  ParseNote note;
  const char* text;
};

constexpr Finding whole() {
  return {true, ParseNote::kNone, ""};
}
constexpr Finding keyed_but_cut() {
  return {true, ParseNote::kTruncated, "the frame ends before the IP packet does"};
}
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

/// Ports at `at`, if the protocol has any, complete the key.
Finding add_ports(const IpPacket& ip, std::size_t at, std::uint8_t protocol, FlowKey& key) {
  if (has_ports(protocol)) {
    if (ip.stated != 0 && at + kPorts > ip.stated) {
      return malformed("the IP packet ends before its ports");
    }
    if (at + kPorts > ip.bytes.size()) return truncated("the frame ends before the ports");
    copy<kPorts>(ip.bytes, at, key, kPortsAt);
  }
  return ip.cut() ? keyed_but_cut() : whole();
}

template <typename Details>
Finding ipv4(IpPacket ip, FlowKey& key, Details& details) {
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
  const Finding found =
      fragment ? (ip.cut() ? keyed_but_cut() : whole()) : add_ports(ip, header, protocol, key);
  if (!found.keyed) return found;
  key.bytes[0] = static_cast<std::byte>(PacketKind::kIpv4);
  key.bytes[kProtocolAt] = static_cast<std::byte>(protocol);
  copy<8>(ip.bytes, 12, key, kSourceAt);
  return found;
}

/// Walks the extension headers to the transport header, or to the first header of a fragment.
template <typename Details>
Finding ipv6_upper_layer(const IpPacket& ip, FlowKey& key, Details& details) {
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
        key.bytes[kProtocolAt] = static_cast<std::byte>(kFragment);
        return ip.cut() ? keyed_but_cut() : whole();
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
  key.bytes[kProtocolAt] = static_cast<std::byte>(next);
  return add_ports(ip, at, next, key);
}

template <typename Details>
Finding ipv6(IpPacket ip, FlowKey& key, Details& details) {
  if (ip.bytes.size() < kIpv6Header) return truncated("the frame ends inside the IPv6 header");
  if (load8(ip.bytes, 0) >> 4 != 6) return malformed("EtherType IPv6, but another IP version");
  const std::size_t payload = load16(ip.bytes, 4);
  ip.stated = payload == 0 ? 0 : kIpv6Header + payload;

  const Finding found = ipv6_upper_layer(ip, key, details);
  if (!found.keyed) {
    key = FlowKey{};
    return found;
  }
  key.bytes[0] = static_cast<std::byte>(PacketKind::kIpv6);
  copy<32>(ip.bytes, 8, key, kSourceAt);
  return found;
}

ParseNote runt(Bytes frame, FlowKey& key) {
  key.bytes[0] = static_cast<std::byte>(PacketKind::kRunt);
  key.bytes[1] = static_cast<std::byte>(frame.size());
  std::ranges::copy(frame, key.bytes.begin() + 2);
  return ParseNote::kTruncated;
}

/// Lengths of 802.3 frames are no EtherTypes: they would tear a conversation apart.
void ethernet(Bytes frame, std::uint16_t ether_type, FlowKey& key) {
  key.bytes[0] = static_cast<std::byte>(PacketKind::kEthernet);
  copy<12>(frame, 0, key, kMacsAt);
  store16(key, kEtherTypeAt, ether_type < kFirstEtherType ? 0 : ether_type);
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

/// a ++ b of one key, in ascending order: memcmp order of network bytes is numeric order.
bool endpoints_descend(const FlowKey& key, std::size_t address_size, std::size_t destination_at) {
  const std::byte* bytes = key.bytes.data();
  const int addresses = std::memcmp(bytes + kSourceAt, bytes + destination_at, address_size);
  if (addresses != 0) return addresses > 0;
  return std::memcmp(bytes + kPortsAt, bytes + kPortsAt + 2, 2) > 0;
}

void swap_endpoints(FlowKey& key, std::size_t address_size, std::size_t destination_at) {
  std::byte* bytes = key.bytes.data();
  std::swap_ranges(bytes + kSourceAt, bytes + kSourceAt + address_size, bytes + destination_at);
  std::swap_ranges(bytes + kPortsAt, bytes + kPortsAt + 2, bytes + kPortsAt + 2);
}

std::uint16_t port_at(const FlowKey& key, std::size_t at) {
  return load16(key.bytes, at);
}

IpAddress address_at(const FlowKey& key, std::size_t at4, std::size_t at6) {
  IpAddress address{};
  const bool long_form = key.kind() == PacketKind::kIpv6;
  std::memcpy(address.data(), key.bytes.data() + (long_form ? at6 : at4), long_form ? 16 : 4);
  return address;
}

}  // namespace

std::uint16_t FlowKey::source_port() const noexcept {
  return port_at(*this, kPortsAt);
}
std::uint16_t FlowKey::destination_port() const noexcept {
  return port_at(*this, kPortsAt + 2);
}
IpAddress FlowKey::source() const noexcept {
  return address_at(*this, kSourceAt, kSourceAt);
}
IpAddress FlowKey::destination() const noexcept {
  return address_at(*this, kDestination4At, kDestination6At);
}

FlowKey ip_flow_key(PacketKind kind, const IpAddress& source, const IpAddress& destination,
                    std::uint8_t protocol, std::uint16_t source_port,
                    std::uint16_t destination_port) noexcept {
  const bool long_form = kind == PacketKind::kIpv6;
  const std::size_t size = long_form ? 16 : 4;
  FlowKey key;
  key.bytes[0] = static_cast<std::byte>(kind);
  key.bytes[kProtocolAt] = static_cast<std::byte>(protocol);
  store16(key, kPortsAt, source_port);
  store16(key, kPortsAt + 2, destination_port);
  std::memcpy(key.bytes.data() + kSourceAt, source.data(), size);
  std::memcpy(key.bytes.data() + (long_form ? kDestination6At : kDestination4At),
              destination.data(), size);
  return key;
}

FlowKey symmetric(const FlowKey& key) noexcept {
  FlowKey ordered = key;
  switch (key.kind()) {
    case PacketKind::kIpv4:
      if (endpoints_descend(key, 4, kDestination4At)) swap_endpoints(ordered, 4, kDestination4At);
      break;
    case PacketKind::kIpv6:
      if (endpoints_descend(key, 16, kDestination6At)) {
        swap_endpoints(ordered, 16, kDestination6At);
      }
      break;
    case PacketKind::kEthernet: {
      std::byte* macs = ordered.bytes.data() + kMacsAt;
      if (std::memcmp(macs, macs + 6, 6) > 0) std::swap_ranges(macs, macs + 6, macs + 6);
      break;
    }
    case PacketKind::kRunt:
      break;
  }
  return ordered;
}

ParseNote parse_key(std::span<const std::byte> readable, std::size_t frame_length,
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
