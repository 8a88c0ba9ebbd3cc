// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/flow.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/ip_protocol.hpp"

namespace ringside::harness {
namespace {

std::string endpoint(PacketKind kind, const IpAddress& address, std::uint16_t port) {
  const std::string text = address_text(kind, address);
  return kind == PacketKind::kIpv6 ? fmt::format("[{}]:{}", text, port)
                                   : fmt::format("{}:{}", text, port);
}

std::string describe_ip(const FlowKey& key, const char* arrow) {
  const std::string protocol = protocol_name(key.protocol());
  const std::uint16_t source_port = key.source_port();
  const std::uint16_t destination_port = key.destination_port();
  if (source_port == 0 && destination_port == 0) {
    // A fragment's key holds no ports.
    const char* fragments = has_ports(key.protocol()) ? " fragments" : "";
    return fmt::format("{}{} {} {} {}", protocol, fragments, address_text(key.kind(), key.source()),
                       arrow, address_text(key.kind(), key.destination()));
  }
  return fmt::format("{} {} {} {}", protocol, endpoint(key.kind(), key.source(), source_port),
                     arrow, endpoint(key.kind(), key.destination(), destination_port));
}

std::string describe_ethernet(const FlowKey& key, const char* arrow) {
  MacAddress destination;
  MacAddress source;
  std::copy_n(key.bytes().begin() + 2, destination.size(), destination.begin());
  std::copy_n(key.bytes().begin() + 8, source.size(), source.begin());
  const unsigned type =
      std::to_integer<unsigned>(key.bytes()[14]) << 8 | std::to_integer<unsigned>(key.bytes()[15]);
  return fmt::format("ethernet {} {} {} type 0x{:04x}", mac_text(source), arrow,
                     mac_text(destination), type);
}

}  // namespace

std::string protocol_name(std::uint8_t protocol) {
  switch (protocol) {
    case 1:
      return "icmp";
    case 2:
      return "igmp";
    case kTcp:
      return "tcp";
    case kUdp:
      return "udp";
    case kFragment:
      return "ipv6-frag";
    case 47:
      return "gre";
    case 50:
      return "esp";
    case kAh:
      return "ah";
    case 58:
      return "icmpv6";
    case kSctp:
      return "sctp";
    default:
      return fmt::format("protocol {}", protocol);
  }
}

std::string address_text(PacketKind kind, const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(kind == PacketKind::kIpv6 ? AF_INET6 : AF_INET, address.data(), text.data(),
              text.size());
  return text.data();
}

std::string mac_text(const MacAddress& mac) {
  std::string text;
  for (const std::byte byte : mac) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", std::to_integer<unsigned>(byte));
  }
  return text;
}

std::string describe(const FlowKey& key, bool both_directions) {
  const char* arrow = both_directions ? "<>" : ">";
  switch (key.kind()) {
    case PacketKind::kIpv4:
    case PacketKind::kIpv6:
      return describe_ip(key, arrow);
    case PacketKind::kEthernet:
      return describe_ethernet(key, arrow);
    case PacketKind::kRunt:
      break;
  }
  return fmt::format("runt of {} bytes", std::to_integer<unsigned>(key.bytes()[1]));
}

}  // namespace ringside::harness
