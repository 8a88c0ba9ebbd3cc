// SPDX-License-Identifier: BSD-3-Clause
// Families about IP itself: extension headers and fragments.
#include <algorithm>
#include <array>
#include <cstddef>

#include "pcaps/families/families.hpp"
#include "pcaps/random.hpp"

namespace ringside::pcaps {
namespace {

bool has_ports(std::uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kSctp;
}

Bytes transport(const Flow& flow, std::uint32_t sequence, std::size_t size) {
  const Bytes payload = payload_of(sequence, size);
  switch (flow.protocol) {
    case kTcp:
      return tcp(flow, {sequence, 1, 0x18}, payload);
    case kUdp:
      return udp(flow, payload);
    case kSctp:
      return sctp(flow, sequence, payload);
    case kIcmp:
    case kIcmpV6:
      return icmp_echo(flow, false, flow.source_port, static_cast<std::uint16_t>(sequence),
                       payload);
    default:
      return payload;
  }
}

std::vector<std::vector<Extension>> extension_chains() {
  const Extension hop = padding_extension(kHopByHop, 8);
  const Extension destination = padding_extension(kDestination, 16);
  const Extension routing = routing_extension();
  const Extension authentication = authentication_extension(7);
  return {
      {hop},
      {destination},
      {routing},
      {padding_extension(kHopByHop, 256)},
      {hop, routing},
      {hop, destination, routing, destination},
      {authentication},
      {hop, authentication, destination},
  };
}

/// The fragments of one datagram, `unit` bytes of `inner` in each, in order.
std::vector<Bytes> fragments(const Flow& flow, std::uint32_t id, const Bytes& inner,
                             std::size_t unit) {
  std::vector<Bytes> frames;
  for (std::size_t at = 0; at < inner.size(); at += unit) {
    const std::size_t end = std::min(inner.size(), at + unit);
    const bool more = end < inner.size();
    const Bytes part(inner.begin() + static_cast<std::ptrdiff_t>(at),
                     inner.begin() + static_cast<std::ptrdiff_t>(end));
    Bytes packet;
    if (flow.source.v6) {
      packet = ipv6(flow, {fragment_extension(static_cast<std::uint16_t>(at), more, id)}, part);
    } else {
      const auto field = static_cast<std::uint16_t>(at / 8 | (more ? 0x2000 : 0));
      packet = ipv4(flow, {.id = static_cast<std::uint16_t>(id), .fragment = field}, part);
    }
    frames.push_back(ethernet_ip({}, flow, packet));
  }
  return frames;
}

struct Piece {
  Bytes frame;
  FlowLabel label;
};

/// Datagrams of eight pairs of hosts, two for each pair and kind, in pieces.
std::vector<std::vector<Piece>> fragmented_datagrams(Random& random) {
  constexpr std::size_t kUnit = 128;
  constexpr std::uint32_t kHosts = 8;
  std::vector<std::vector<Piece>> datagrams;
  std::uint32_t id = 1;
  for (std::uint32_t round = 0; round < 2; ++round) {
    for (std::uint32_t host = 1; host <= kHosts; ++host) {
      for (const bool v6 : {false, true}) {
        for (const bool echo : {false, true}) {
          Flow flow;
          flow.source = v6 ? IpAddress::doc6(host) : IpAddress::v4(0x0a010000 + host);
          flow.destination = v6 ? IpAddress::doc6(0xffff) : IpAddress::v4(0x0a01ffff);
          flow.protocol = echo ? (v6 ? kIcmpV6 : kIcmp) : kUdp;
          flow.source_port = static_cast<std::uint16_t>(40'000 + random.below(20'000));
          flow.destination_port = 2049;
          const std::size_t size = 300 + random.below(200);
          Flow labelled = flow;
          if (v6) labelled.protocol = kFragment;
          std::vector<Piece> pieces;
          for (Bytes& frame : fragments(flow, id, transport(flow, id, size), kUnit)) {
            pieces.push_back({std::move(frame), by_addresses(labelled)});
          }
          datagrams.push_back(std::move(pieces));
          ++id;
        }
      }
    }
  }
  return datagrams;
}

}  // namespace

Capture make_ipv6_extensions(std::uint64_t seed) {
  constexpr std::array<std::uint8_t, 6> kProtocols = {kTcp,    kUdp, kSctp,
                                                      kIcmpV6, kEsp, kNoNextHeader};
  const auto chains = extension_chains();
  Random random(seed);
  Capture capture;
  for (std::uint32_t round = 0; round < 3; ++round) {
    for (std::size_t chain = 0; chain < chains.size(); ++chain) {
      for (const std::uint8_t protocol : kProtocols) {
        for (std::uint16_t peer = 0; peer < 2; ++peer) {
          Flow flow;
          flow.source = IpAddress::doc6(0x100 + chain);
          flow.destination = IpAddress::doc6(0x200 + protocol);
          flow.protocol = protocol;
          flow.source_port = static_cast<std::uint16_t>(50'000 + peer);
          flow.destination_port = 443;
          const Bytes inner = transport(flow, capture.next(), 8 + random.below(24));
          capture.add(ethernet_ip({}, flow, ipv6(flow, chains[chain], inner)),
                      has_ports(protocol) ? by_ports(flow) : by_addresses(flow));
        }
      }
    }
  }
  return capture;
}

Capture make_fragments_in_order(std::uint64_t seed) {
  Random random(seed);
  Capture capture;
  for (const auto& datagram : fragmented_datagrams(random)) {
    for (const Piece& piece : datagram) capture.add(piece.frame, piece.label);
  }
  return capture;
}

Capture make_fragments_out_of_order(std::uint64_t seed) {
  constexpr std::size_t kTogether = 8;  // datagrams whose fragments mix
  Random random(seed);
  const auto datagrams = fragmented_datagrams(random);
  Capture capture;
  for (std::size_t first = 0; first < datagrams.size(); first += kTogether) {
    std::vector<Piece> mixed;
    for (std::size_t i = first; i < std::min(datagrams.size(), first + kTogether); ++i) {
      mixed.insert(mixed.end(), datagrams[i].begin(), datagrams[i].end());
    }
    random.shuffle(mixed);
    for (const Piece& piece : mixed) capture.add(piece.frame, piece.label);
  }
  return capture;
}

}  // namespace ringside::pcaps
