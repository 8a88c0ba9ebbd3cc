// SPDX-License-Identifier: BSD-3-Clause
// Which packets belong together: a frame's bytes become a FlowKey, and equal keys go to one client.
//
//   frame                                        key holds
//   IPv4 / IPv6 with TCP, UDP or SCTP            addresses, protocol, ports
//   any other IP protocol                        addresses, protocol
//   fragment of an IPv4 datagram, first or not   addresses, protocol
//   fragment of an IPv6 datagram, first or not   addresses, protocol 44 (see below)
//   not IP; IP whose headers cannot be read      destination MAC, source MAC, EtherType
//   shorter than an Ethernet header              the bytes there are
//
// VLAN tags are walked over and are not part of the key. An IPv6 atomic fragment (offset 0, nothing
// follows; RFC 6946) is a whole datagram and keeps its ports. The other IPv6 fragments take the
// Fragment header's own number, because the Next Header values of one datagram's fragments may
// differ (RFC 8200 section 4.5) and those fragments have to stay together all the same.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/crc32c.hpp"
#include "core/ip_protocol.hpp"

namespace ringside {

/// The rule that made a key. Stored in the key's first byte and never 0, so that keys of different
/// rules differ in their hash.
enum class PacketKind : std::uint8_t { kRunt = 1, kEthernet = 2, kIpv4 = 4, kIpv6 = 6 };

/// Whether the frame was whole and made sense.
enum class ParseNote : std::uint8_t {
  kNone,
  kTruncated,  ///< the frame ends before what its headers promise
  kMalformed   ///< its headers contradict each other or exceed the parser's limits
};

using MacAddress = std::array<std::byte, 6>;
using IpAddress = std::array<std::byte, 16>;  ///< IPv4: the first 4 bytes, the others 0

/// Identity of a flow, as bytes in network order, zero where unused.
///
/// - IPv4: [0] kind, [1] protocol, [2] source port, [4] destination port, [8] source, [12]
/// destination
/// - IPv6: the same, but [8] source, [24] destination
/// - Ethernet: [0] kind, [2] destination MAC, [8] source MAC, [14] EtherType
/// - runt: [0] kind, [1] length, [2] the bytes
///
/// Held as words, because it is written and hashed as words: a narrower store would stall the wider
/// load that follows.
struct FlowKey {
  static constexpr std::size_t kShortWords = 2;
  static constexpr std::size_t kLongWords = 5;

  std::array<std::uint64_t, kLongWords> words{};

  PacketKind kind() const noexcept { return static_cast<PacketKind>(words[0] & 0xff); }
  std::span<const std::byte> bytes() const noexcept { return std::as_bytes(std::span(words)); }
  /// The bytes that carry information; a multiple of 8.
  std::span<const std::byte> used() const noexcept {
    return bytes().first(8 * (kind() == PacketKind::kIpv6 ? kLongWords : kShortWords));
  }
  /// CRC32C of used(), from 0.
  std::uint32_t hash() const noexcept { return crc32c(used(), 0); }

  /// IP keys only.
  std::uint8_t protocol() const noexcept { return static_cast<std::uint8_t>(words[0] >> 8); }
  std::uint16_t source_port() const noexcept;
  std::uint16_t destination_port() const noexcept;
  IpAddress source() const noexcept;
  IpAddress destination() const noexcept;

  auto operator<=>(const FlowKey&) const = default;
};
static_assert(std::endian::native == std::endian::little, "words[0] begins with the kind");

/// For std::unordered_map and the like.
struct FlowKeyHash {
  std::size_t operator()(const FlowKey& key) const noexcept { return key.hash(); }
};

/// The key of a packet with these fields; ports in host order, 0 for protocols without ports.
/// `kind` is kIpv4 or kIpv6.
FlowKey ip_flow_key(PacketKind kind, const IpAddress& source, const IpAddress& destination,
                    std::uint8_t protocol, std::uint16_t source_port,
                    std::uint16_t destination_port) noexcept;

/// The same key for both directions of a conversation: the endpoints (address, then port; MAC for
/// the Ethernet rule) in ascending order. A runt's key is returned as it is.
FlowKey symmetric(const FlowKey& key) noexcept;

/// The key of a frame: what the packet path calls for every packet. Reads nothing past the end of
/// `readable` and allocates nothing.
/// \param readable      the frame's bytes from the destination MAC on; any bytes, also none.
/// \param frame_length  length of the whole frame when `readable` is only its first segment; it
///                      decides nothing but whether the packet counts as truncated.
inline ParseNote parse_key(std::span<const std::byte> readable, std::size_t frame_length,
                           FlowKey& key) noexcept;

inline constexpr std::size_t kMaxVlanTags = 8;          ///< a deeper stack is malformed
inline constexpr std::size_t kMaxExtensionHeaders = 8;  ///< a longer IPv6 chain is malformed

/// parse_key() with the fields it passed on its way, for people and tests.
struct ParsedPacket {
  PacketKind kind = PacketKind::kRunt;  ///< the rule that made the key
  ParseNote note = ParseNote::kNone;
  const char* note_text = "";  ///< what is wrong with the frame, "" for kNone
  FlowKey key;

  /// All but runts.
  MacAddress destination_mac{};
  MacAddress source_mac{};
  std::uint16_t ether_type = 0;  ///< behind the VLAN tags; a length if below 0x0600
  std::array<std::uint16_t, kMaxVlanTags> vlan{};  ///< VLAN ids, outermost first
  std::uint8_t vlan_tags = 0;

  /// kIpv4 and kIpv6.
  IpAddress source{};
  IpAddress destination{};
  std::uint8_t protocol = 0;  ///< for a fragment, what its fragment header says
  std::array<std::uint8_t, kMaxExtensionHeaders> extension{};  ///< IPv6 header numbers passed
  std::uint8_t extensions = 0;
  bool fragment = false;  ///< one of several; an atomic fragment is not
  bool has_ports = false;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
};

ParsedPacket parse(std::span<const std::byte> frame) noexcept;

namespace detail {

/// words[0] of an IP key; `ports` as the four bytes of the packet.
constexpr std::uint64_t ip_head(PacketKind kind, std::uint8_t protocol, std::uint32_t ports) {
  return static_cast<std::uint64_t>(kind) | std::uint64_t{protocol} << 8 |
         std::uint64_t{ports} << 16;
}

template <typename Word>
Word load(std::span<const std::byte> from, std::size_t at) {
  Word word;
  std::memcpy(&word, from.data() + at, sizeof word);
  return word;
}

/// The short cut for what most frames are: whole in one segment, without VLAN tag, with an IPv4
/// header of 20 bytes, no fragment, TCP, UDP or SCTP. False, and `key` as it was, when it is any
/// other.
inline bool parse_plain_ipv4(std::span<const std::byte> readable, FlowKey& key) noexcept {
  constexpr std::size_t kEthernet = 14, kHeaders = kEthernet + 20 + 4;
  if (readable.size() < kHeaders) return false;
  const std::uint32_t type_version_and_header =
      (load<std::uint32_t>(readable, 12) & 0xff'ffff) ^ 0x45'0008;
  const std::uint32_t fragment = load<std::uint16_t>(readable, kEthernet + 6) & 0xff3f;
  if ((type_version_and_header | fragment) != 0) return false;
  // Of the length that IP states: below the headers wraps round and is too long as well.
  const std::size_t stated = __builtin_bswap16(load<std::uint16_t>(readable, kEthernet + 2));
  if (stated - (kHeaders - kEthernet) > readable.size() - kHeaders) return false;
  const auto protocol = std::to_integer<std::uint8_t>(readable[kEthernet + 9]);
  if (!has_ports(protocol)) return false;
  key.words = {ip_head(PacketKind::kIpv4, protocol, load<std::uint32_t>(readable, kEthernet + 20)),
               load<std::uint64_t>(readable, kEthernet + 12)};
  return true;
}

/// The same for IPv6: no extension header.
inline bool parse_plain_ipv6(std::span<const std::byte> readable, FlowKey& key) noexcept {
  constexpr std::size_t kIp = 14, kTransport = kIp + 40, kHeaders = kTransport + 4;
  if (readable.size() < kHeaders) return false;
  if (load<std::uint16_t>(readable, kIp - 2) != 0xdd86) return false;
  if (std::to_integer<unsigned>(readable[kIp]) >> 4 != 6) return false;
  const std::size_t stated = __builtin_bswap16(load<std::uint16_t>(readable, kIp + 4));
  if (stated - (kHeaders - kTransport) > readable.size() - kHeaders) return false;
  const auto protocol = std::to_integer<std::uint8_t>(readable[kIp + 6]);
  if (!has_ports(protocol)) return false;
  key.words[0] = ip_head(PacketKind::kIpv6, protocol, load<std::uint32_t>(readable, kTransport));
  std::memcpy(&key.words[1], &readable[kIp + 8], 32);
  return true;
}

/// Any frame.
ParseNote parse_any(std::span<const std::byte> readable, std::size_t frame_length,
                    FlowKey& key) noexcept;

}  // namespace detail

inline ParseNote parse_key(std::span<const std::byte> readable, std::size_t frame_length,
                           FlowKey& key) noexcept {
  if (detail::parse_plain_ipv4(readable, key) || detail::parse_plain_ipv6(readable, key)) {
    return ParseNote::kNone;
  }
  return detail::parse_any(readable, frame_length, key);
}

/// "ipv4", "ipv6", "ethernet" or "runt".
const char* to_text(PacketKind kind) noexcept;
/// "none", "truncated" or "malformed".
const char* to_text(ParseNote note) noexcept;

}  // namespace ringside
