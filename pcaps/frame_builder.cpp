// SPDX-License-Identifier: BSD-3-Clause
#include "pcaps/frame_builder.hpp"

#include <algorithm>

namespace ringside::pcaps {

void append(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

namespace {

void append_address(Bytes& out, const IpAddress& address) {
  out.insert(out.end(), address.bytes.begin(),
             address.bytes.begin() + static_cast<std::ptrdiff_t>(address.size()));
}

void set16(Bytes& out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

/// RFC 768, 9293 and 8200 section 8.1.
std::uint16_t transport_checksum(const Flow& flow, const Bytes& segment) {
  Bytes summed;
  append_address(summed, flow.source);
  append_address(summed, flow.destination);
  put32(summed, static_cast<std::uint32_t>(segment.size()));
  put32(summed, flow.protocol);
  append(summed, segment);
  return internet_checksum(summed);
}

/// CRC32C as SCTP wants it (RFC 9260 appendix A).
std::uint32_t crc32c(const Bytes& data) {
  std::uint32_t crc = ~0u;
  for (const std::uint8_t byte : data) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
  }
  return ~crc;
}

}  // namespace

IpAddress IpAddress::v4(std::uint32_t value) {
  IpAddress address;
  for (std::size_t i = 0; i < 4; ++i) {
    address.bytes[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  }
  return address;
}

IpAddress IpAddress::doc6(std::uint64_t value) {
  IpAddress address{true, {0x20, 0x01, 0x0d, 0xb8}};
  for (std::size_t i = 0; i < 8; ++i) {
    address.bytes[8 + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  }
  return address;
}

void put16(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put32(Bytes& out, std::uint32_t value) {
  put16(out, static_cast<std::uint16_t>(value >> 16));
  put16(out, static_cast<std::uint16_t>(value));
}

Bytes payload_of(std::uint32_t sequence, std::size_t size) {
  Bytes out;
  out.reserve(size + 4);
  put32(out, sequence);
  for (std::size_t i = 4; i < size; ++i) {
    out.push_back(static_cast<std::uint8_t>(sequence * 7 + i * 31));
  }
  out.resize(size);
  return out;
}

std::uint16_t internet_checksum(const Bytes& data) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + 1 < data.size(); i += 2) {
    sum += static_cast<std::uint64_t>(data[i]) << 8 | data[i + 1];
  }
  if (data.size() % 2 != 0) sum += static_cast<std::uint64_t>(data.back()) << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

Bytes udp(const Flow& flow, const Bytes& payload) {
  Bytes out;
  put16(out, flow.source_port);
  put16(out, flow.destination_port);
  put16(out, static_cast<std::uint16_t>(8 + payload.size()));
  put16(out, 0);
  append(out, payload);
  const std::uint16_t sum = transport_checksum(flow, out);
  set16(out, 6, sum == 0 ? 0xffff : sum);  // zero means "no checksum" to UDP
  return out;
}

Bytes tcp(const Flow& flow, const TcpFields& fields, const Bytes& payload) {
  Bytes out;
  put16(out, flow.source_port);
  put16(out, flow.destination_port);
  put32(out, fields.sequence);
  put32(out, fields.acknowledgement);
  out.push_back(0x50);  // header of five words
  out.push_back(fields.flags);
  put16(out, 65535);  // window
  put32(out, 0);      // checksum, urgent pointer
  append(out, payload);
  set16(out, 16, transport_checksum(flow, out));
  return out;
}

Bytes sctp(const Flow& flow, std::uint32_t transmission_number, const Bytes& payload) {
  Bytes out;
  put16(out, flow.source_port);
  put16(out, flow.destination_port);
  put32(out, 0x52494e47);  // verification tag
  put32(out, 0);           // checksum
  put16(out, 0x0003);      // DATA, a whole message
  put16(out, static_cast<std::uint16_t>(16 + payload.size()));
  put32(out, transmission_number);
  put32(out, 0);  // stream 0, number 0
  put32(out, 0);  // payload protocol: none
  append(out, payload);
  out.resize((out.size() + 3) / 4 * 4);
  const std::uint32_t crc = crc32c(out);
  for (std::size_t i = 0; i < 4; ++i) out[8 + i] = static_cast<std::uint8_t>(crc >> (8 * i));
  return out;
}

Bytes icmp_echo(const Flow& flow, bool reply, std::uint16_t id, std::uint16_t sequence,
                const Bytes& payload) {
  Bytes out;
  if (flow.source.v6) {
    out.push_back(reply ? 129 : 128);
  } else {
    out.push_back(reply ? 0 : 8);
  }
  out.push_back(0);
  put16(out, 0);
  put16(out, id);
  put16(out, sequence);
  append(out, payload);
  set16(out, 2, flow.source.v6 ? transport_checksum(flow, out) : internet_checksum(out));
  return out;
}

Bytes ipv4(const Flow& flow, const IpFields& fields, const Bytes& inner) {
  Bytes out;
  const std::size_t header = 20 + fields.options.size();
  out.push_back(static_cast<std::uint8_t>(0x40 | header / 4));
  out.push_back(0);
  put16(out, static_cast<std::uint16_t>(header + inner.size()));
  put16(out, fields.id);
  put16(out, fields.fragment);
  out.push_back(fields.ttl);
  out.push_back(flow.protocol);
  put16(out, 0);
  append_address(out, flow.source);
  append_address(out, flow.destination);
  append(out, fields.options);
  set16(out, 10, internet_checksum(out));
  append(out, inner);
  return out;
}

Bytes ipv6(const Flow& flow, const std::vector<Extension>& extensions, const Bytes& inner) {
  Bytes chain;
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    const std::size_t at = chain.size();
    append(chain, extensions[i].bytes);
    chain[at] = i + 1 < extensions.size() ? extensions[i + 1].type : flow.protocol;
  }
  Bytes out;
  put32(out, 0x60000000);
  put16(out, static_cast<std::uint16_t>(chain.size() + inner.size()));
  out.push_back(extensions.empty() ? flow.protocol : extensions.front().type);
  out.push_back(64);
  append_address(out, flow.source);
  append_address(out, flow.destination);
  append(out, chain);
  append(out, inner);
  return out;
}

Bytes ip(const Flow& flow, const IpFields& fields, const Bytes& inner) {
  return flow.source.v6 ? ipv6(flow, {}, inner) : ipv4(flow, fields, inner);
}

Extension padding_extension(std::uint8_t type, std::size_t size) {
  // RFC 8200 section 4.2: option PadN, its length, zeros.
  Bytes bytes(size, 0);
  bytes[1] = static_cast<std::uint8_t>(size / 8 - 1);
  bytes[2] = 1;
  bytes[3] = static_cast<std::uint8_t>(size - 4);
  return {type, bytes};
}

Extension routing_extension() {
  // Type 253 is for experiments (RFC 4727); no segments left, so the destination is the last one.
  return {kRouting, {0, 0, 253, 0, 0, 0, 0, 0}};
}

Extension fragment_extension(std::uint16_t offset, bool more, std::uint32_t id) {
  Bytes bytes = {0, 0};
  put16(bytes, static_cast<std::uint16_t>(offset | (more ? 1 : 0)));
  put32(bytes, id);
  return {kFragment, bytes};
}

Extension authentication_extension(std::uint32_t sequence) {
  // RFC 4302: length in words of four bytes less two; SPI, sequence number, 12 bytes of digest.
  Bytes bytes = {0, 4, 0, 0, 0, 0, 1, 0};
  put32(bytes, sequence);
  for (std::uint8_t i = 0; i < 12; ++i) bytes.push_back(i);
  return {kAh, bytes};
}

Bytes ethernet(const EthernetHeader& header, std::uint16_t type, const Bytes& inner) {
  Bytes out(header.destination.begin(), header.destination.end());
  out.insert(out.end(), header.source.begin(), header.source.end());
  for (const VlanTag& tag : header.tags) {
    put16(out, tag.type);
    put16(out, tag.control);
  }
  put16(out, type);
  append(out, inner);
  if (out.size() < kMinFrame) out.resize(kMinFrame);
  return out;
}

Bytes ethernet_ip(const EthernetHeader& header, const Flow& flow, const Bytes& inner) {
  return ethernet(header, flow.source.v6 ? kTypeIpv6 : kTypeIpv4, inner);
}

Bytes sized_frame(const EthernetHeader& header, const Flow& flow, std::uint32_t sequence,
                  std::size_t size) {
  const std::size_t headers =
      14 + 4 * header.tags.size() + (flow.source.v6 ? 40 : 20) + (flow.protocol == kTcp ? 20 : 8);
  const Bytes payload = payload_of(sequence, std::max(size, headers + 4) - headers);
  const Bytes inner =
      flow.protocol == kTcp ? tcp(flow, {sequence, 1, 0x18}, payload) : udp(flow, payload);
  const IpFields fields{.id = static_cast<std::uint16_t>(sequence)};
  return ethernet_ip(header, flow, ip(flow, fields, inner));
}

}  // namespace ringside::pcaps
