// SPDX-License-Identifier: BSD-3-Clause
// Families that are not IP.
#include <cstddef>

#include "pcaps/families/families.hpp"
#include "pcaps/random.hpp"

namespace ringside::pcaps {
namespace {

constexpr std::uint16_t kTypeLldp = 0x88cc, kTypeMpls = 0x8847, kTypePtp = 0x88f7,
                        kTypeExperiment = 0x88b5, kTypeEapol = 0x888e;

Mac station(std::uint8_t number) {
  return {0x02, 0, 0, 0, 1, number};
}

EthernetHeader from_station(std::uint8_t number, const Mac& to) {
  EthernetHeader header;
  header.source = station(number);
  header.destination = to;
  return header;
}

Bytes arp(std::uint8_t from, std::uint32_t number) {
  Bytes out = {0, 1, 8, 0, 6, 4, 0, 1};
  const Mac sender = station(from);
  out.insert(out.end(), sender.begin(), sender.end());
  put32(out, 0x0a020000u + from);
  out.insert(out.end(), 6, 0);
  put32(out, 0x0a030000u + number);  // who has 10.3.x.y?
  return out;
}

Bytes lldp(std::uint8_t from, std::uint32_t number) {
  // IEEE 802.1AB: chassis (MAC), port (local name), time to live, system description, end.
  const Mac sender = station(from);
  Bytes out = {0x02, 7, 4};
  out.insert(out.end(), sender.begin(), sender.end());
  append(out, {0x04, 5, 7, 'e', 't', 'h', '0', 0x06, 2, 0, 120, 0x0c, 4});
  put32(out, number);
  append(out, {0, 0});
  return out;
}

/// 802.3 frames: the two bytes after the MACs are a length, LLC follows.
void add_llc(Capture& capture, const EthernetHeader& header, const Bytes& llc) {
  const auto length = static_cast<std::uint16_t>(llc.size());
  capture.add(ethernet(header, length, llc), by_macs(header, length));
}

Bytes stp(std::uint8_t from, std::uint32_t number) {
  // Configuration BPDU of IEEE 802.1D; the path cost carries the number.
  const Mac bridge = station(from);
  Bytes out = {0x42, 0x42, 0x03, 0, 0, 0, 0, 0, 0x80, 0};
  out.insert(out.end(), bridge.begin(), bridge.end());
  put32(out, number);
  append(out, {0x80, 0});
  out.insert(out.end(), bridge.begin(), bridge.end());
  append(out, {0x80, 1, 0, 0, 20, 0, 2, 0, 15, 0});
  return out;
}

Bytes isis(std::uint32_t number) {
  // LLC FE FE 03, then the head of a hello of ISO 10589.
  Bytes out = {0xfe, 0xfe, 0x03, 0x83, 27, 1, 0, 15, 1, 0, 0};
  append(out, payload_of(number, 80));
  return out;
}

Bytes mpls(std::uint32_t number) {
  // One label, bottom of stack; the IPv4 behind it must not be looked at.
  Flow inner{IpAddress::v4(0x0a040001), IpAddress::v4(0x0a040002)};
  inner.source_port = static_cast<std::uint16_t>(number);
  Bytes out = {0x00, 0x06, 0x41, 0x40};
  append(out, ip(inner, {}, udp(inner, payload_of(number, 24))));
  return out;
}

}  // namespace

Capture make_non_ip(std::uint64_t seed) {
  const Mac broadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  const Mac nearest_bridge = {0x01, 0x80, 0xc2, 0, 0, 0x0e};
  const Mac all_bridges = {0x01, 0x80, 0xc2, 0, 0, 0};
  const Mac all_routers = {0x01, 0x80, 0xc2, 0, 0, 0x14};
  Random random(seed);
  Capture capture;
  for (int round = 0; round < 40; ++round) {
    const auto from = static_cast<std::uint8_t>(1 + random.below(12));
    const auto plain = [&](const Mac& to, std::uint16_t type, const Bytes& inner) {
      const EthernetHeader header = from_station(from, to);
      capture.add(ethernet(header, type, inner), by_macs(header, type));
    };
    plain(broadcast, kTypeArp, arp(from, capture.next()));
    plain(nearest_bridge, kTypeLldp, lldp(from, capture.next()));
    add_llc(capture, from_station(from, all_bridges), stp(from, capture.next()));
    add_llc(capture, from_station(from, all_routers), isis(capture.next()));
    plain(station(200), kTypeMpls, mpls(capture.next()));
    plain(nearest_bridge, kTypePtp, payload_of(capture.next(), 44));
    plain(station(201), kTypeExperiment, payload_of(capture.next(), 100));
    plain(all_bridges, kTypeEapol, payload_of(capture.next(), 8));
    EthernetHeader tagged = from_station(from, broadcast);
    tagged.source[3] = 1;  // other stations than the untagged ARPs'
    tagged.tags = {{kTypeVlan, 42}};
    capture.add(ethernet(tagged, kTypeArp, arp(from, capture.next())), by_macs(tagged, kTypeArp));
  }
  return capture;
}

}  // namespace ringside::pcaps
