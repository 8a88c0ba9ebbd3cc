// SPDX-License-Identifier: BSD-3-Clause
// Frames spelled out header by header, independent of the parser under test: each function gives
// the bytes of one header, `+` puts them together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace ringside::test {

using Bytes = std::vector<std::byte>;

inline Bytes operator+(Bytes head, const Bytes& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

inline Bytes raw(std::initializer_list<unsigned> values) {
  Bytes bytes;
  for (const unsigned value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}
inline Bytes be16(unsigned value) {
  return raw({value >> 8 & 0xff, value & 0xff});
}
inline Bytes zeros(std::size_t count) {
  return Bytes(count);
}

inline Bytes macs() {
  return raw({2, 0, 0, 0, 0, 0xdd, 2, 0, 0, 0, 0, 0x55});
}
inline Bytes ethernet(unsigned type) {
  return macs() + be16(type);
}
inline Bytes vlan_tag(unsigned id, unsigned next_type) {
  return be16(0x6000 | id) + be16(next_type);
}

struct Ip4 {
  unsigned protocol = 17;
  unsigned payload = 8;          ///< bytes that total length counts behind the header
  unsigned options = 0;          ///< bytes, a multiple of 4
  unsigned fragment = 0;         ///< flags and offset
  unsigned source = 0x0a000001;  ///< 10.0.0.1
  unsigned destination = 0x0a000002;
  unsigned version = 4;
};
inline Bytes ipv4(const Ip4& ip) {
  const unsigned header = 20 + ip.options;
  return raw({ip.version << 4 | header / 4, 0}) + be16(header + ip.payload) + be16(0x1234) +
         be16(ip.fragment) + raw({64, ip.protocol, 0, 0}) + be16(ip.source >> 16) +
         be16(ip.source & 0xffff) + be16(ip.destination >> 16) + be16(ip.destination & 0xffff) +
         Bytes(ip.options, std::byte{1});
}

/// 2001:db8::HOST
inline Bytes address6(unsigned host) {
  return raw({0x20, 0x01, 0x0d, 0xb8}) + zeros(10) + be16(host);
}
struct Ip6 {
  unsigned next = 17;
  unsigned payload = 8;  ///< bytes behind the fixed header, extension headers too
  unsigned source = 1;
  unsigned destination = 2;
  unsigned version = 6;
};
inline Bytes ipv6(const Ip6& ip) {
  return raw({ip.version << 4, 0, 0, 0}) + be16(ip.payload) + raw({ip.next, 64}) +
         address6(ip.source) + address6(ip.destination);
}
/// Hop-by-hop, routing, destination options, mobility: (units + 1) * 8 bytes.
inline Bytes extension(unsigned next, unsigned units = 0) {
  return raw({next, units}) + Bytes((units + 1) * 8 - 2, std::byte{0xee});
}
/// Authentication header: (units + 2) * 4 bytes.
inline Bytes authentication(unsigned next, unsigned units) {
  return raw({next, units}) + Bytes((units + 2) * 4 - 2, std::byte{0xaa});
}
/// `offset` in units of 8 bytes.
inline Bytes fragment_header(unsigned next, unsigned offset, bool more) {
  return raw({next, 0}) + be16(offset << 3 | (more ? 1 : 0)) + raw({0, 0, 0x12, 0x34});
}

/// The first 8 bytes of UDP, TCP and SCTP begin with the ports.
inline Bytes ports(unsigned source, unsigned destination) {
  return be16(source) + be16(destination) + zeros(4);
}

/// The same bytes in a block of exactly their size, so that AddressSanitizer sees a read past it.
class ExactBuffer {
 public:
  explicit ExactBuffer(std::span<const std::byte> bytes)
      : size_(bytes.size()), data_(new std::byte[bytes.size()]) {
    if (!bytes.empty()) std::memcpy(data_.get(), bytes.data(), bytes.size());
  }
  std::span<const std::byte> bytes() const { return {data_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::byte[]> data_;
};

}  // namespace ringside::test
