// SPDX-License-Identifier: BSD-3-Clause
#include "harness/explain/typed_flow.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <sstream>
#include <string>

#include "core/flow_key.hpp"
#include "core/ip_protocol.hpp"
#include "harness/model/flow.hpp"

namespace ringside::harness {
namespace {

struct Endpoint {
  PacketKind kind = PacketKind::kIpv4;
  IpAddress address{};
  std::optional<std::uint16_t> port;
};

struct TypedFlow {
  std::uint8_t protocol = 0;
  Endpoint source;
  Endpoint destination;
};

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint8_t> protocol_number(std::string_view text) {
  if (const auto value = number<std::uint8_t>(text)) return value;
  for (unsigned value = 0; value < 256; ++value) {
    if (protocol_name(static_cast<std::uint8_t>(value)) == text) {
      return static_cast<std::uint8_t>(value);
    }
  }
  return std::nullopt;
}

bool read_address(PacketKind kind, const std::string& text, IpAddress& address) {
  return ::inet_pton(kind == PacketKind::kIpv6 ? AF_INET6 : AF_INET, text.c_str(),
                     address.data()) == 1;
}

/// "10.0.0.1", "10.0.0.1:80", "fe80::1", "[fe80::1]", "[fe80::1]:80".
std::optional<Endpoint> endpoint(std::string_view text) {
  Endpoint result;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    port = text.substr(close + 1);
    text = text.substr(1, close - 1);
    result.kind = PacketKind::kIpv6;
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    if (colon != text.rfind(':')) {
      result.kind = PacketKind::kIpv6;  // more colons than a port needs
    } else {
      port = text.substr(colon);
      text = text.substr(0, colon);
    }
  }
  if (!port.empty()) {
    if (port[0] != ':') return std::nullopt;
    result.port = number<std::uint16_t>(port.substr(1));
    if (!result.port) return std::nullopt;
  }
  if (!read_address(result.kind, std::string(text), result.address)) return std::nullopt;
  return result;
}

Error wrong(std::string_view text, std::string_view why) {
  return Error{
      fmt::format("flow '{}': {}; write it as 'tcp 10.0.0.1:1234 > 10.0.0.2:80' or "
                  "'udp [fe80::1]:53 > [fe80::2]:4000'",
                  text, why)};
}

Result<TypedFlow> read_flow(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string protocol, source, arrow, destination, rest;
  words >> protocol;
  if (protocol == "protocol") words >> protocol;
  words >> source;
  if (source == "fragments") words >> source;
  words >> arrow >> destination;
  if (destination.empty() || words >> rest || (arrow != ">" && arrow != "->")) {
    return wrong(text, "it is not PROTOCOL SOURCE > DESTINATION");
  }
  const auto known_protocol = protocol_number(protocol);
  if (!known_protocol) return wrong(text, fmt::format("no protocol is called '{}'", protocol));
  const auto from = endpoint(source);
  const auto to = endpoint(destination);
  if (!from || !to) {
    return wrong(text, fmt::format("'{}' is no address", from ? destination : source));
  }
  if (from->kind != to->kind) return wrong(text, "one end is IPv4 and the other IPv6");
  if (from->port.has_value() != to->port.has_value()) {
    return wrong(text, "one end has a port and the other has none");
  }
  if (from->port && !has_ports(*known_protocol)) {
    return wrong(text, fmt::format("{} has no ports", protocol_name(*known_protocol)));
  }
  return TypedFlow{*known_protocol, *from, *to};
}

using Bytes = std::vector<std::byte>;

void add(Bytes& frame, std::initializer_list<unsigned> values) {
  for (const unsigned value : values) frame.push_back(static_cast<std::byte>(value));
}

void add_address(Bytes& frame, const Endpoint& end) {
  const auto size = end.kind == PacketKind::kIpv6 ? 16 : 4;
  frame.insert(frame.end(), end.address.begin(), end.address.begin() + size);
}

void add_ipv4(Bytes& frame, const TypedFlow& flow, bool fragment) {
  const unsigned more_fragments = fragment ? 0x20 : 0;
  add(frame, {0x08, 0x00, 0x45, 0, 0, 28, 0, 0, more_fragments, 0, 64, flow.protocol, 0, 0});
  add_address(frame, flow.source);
  add_address(frame, flow.destination);
}

void add_ipv6(Bytes& frame, const TypedFlow& flow, bool fragment) {
  const unsigned first_header = fragment ? kFragment : flow.protocol;
  add(frame, {0x86, 0xdd, 0x60, 0, 0, 0, 0, fragment ? 16u : 8u, first_header, 64});
  add_address(frame, flow.source);
  add_address(frame, flow.destination);
  if (fragment) add(frame, {flow.protocol, 0, 0, 1, 0, 0, 0, 0});
}

}  // namespace

Result<std::vector<std::byte>> typed_flow_frame(std::string_view text) {
  const auto flow = read_flow(text);
  if (!flow) return flow.error();
  Bytes frame(12);
  const bool fragment =
      flow->protocol == kFragment || (has_ports(flow->protocol) && !flow->source.port);
  if (flow->source.kind == PacketKind::kIpv6) {
    add_ipv6(frame, *flow, fragment);
  } else {
    add_ipv4(frame, *flow, fragment);
  }
  const unsigned from = flow->source.port.value_or(0);
  const unsigned to = flow->destination.port.value_or(0);
  add(frame, {from >> 8, from & 0xff, to >> 8, to & 0xff, 0, 0, 0, 0});
  return frame;
}

}  // namespace ringside::harness
