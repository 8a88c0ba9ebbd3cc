// SPDX-License-Identifier: BSD-3-Clause
// The flow hashes of several packets at once, where all of them are what most packets are: those
// that detail::parse_plain_ipv4() takes. For one packet after the other a quarter of the time goes
// to looking whether it is one.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/crc32c.hpp"
#include "core/flow_key.hpp"
#include "core/ip_protocol.hpp"
#include "dpdk/packet.hpp"

namespace ringside::server {

class PlainGroup {
 public:
  static constexpr std::size_t kSize = 8;
  using Packets = std::span<const dpdk::Packet, kSize>;
  using Hashes = std::array<std::uint32_t, kSize>;

  /// Writes the hash of each packet's key. False: one of them is not plain, and the hashes are
  /// none. Reads the first 38 bytes of their buffers, whatever the packets' length.
  [[gnu::always_inline]] static bool hash(Packets packets, Hashes& hashes) {
    Bytes unlike{};  // bit by bit: some packet has not what a plain one has there
    Lengths length{}, stated{};
    bool have_ports = true;
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kSize; ++i) {
      const auto* const frame = rte_pktmbuf_mtod(packets[i], const std::byte*);
      unlike |= load<Bytes>(frame + kType) ^ kPlain;
      length[i] = packets[i]->data_len;
      stated[i] = load<std::uint16_t>(frame + kStatedLength);
      have_ports &= has_ports(std::to_integer<std::uint8_t>(frame[kProtocol]));
      hashes[i] = hash_of(frame);
#if defined(__x86_64__)
      // GCC 12 would read all packets before it goes on with the first one, and has not the
      // registers.
      asm("" : "+x"(unlike), "+x"(length), "+x"(stated));
#endif
    }
    stated = stated << 8 | stated >> 8;
    // As in parse_plain_ipv4().
    const auto wrong = (length < kHeaders) | (stated - (kHeaders - kEthernet) > length - kHeaders);
    return have_ports && is_zero(unlike & kDecides) && is_zero(wrong);
  }

 private:
  using Bytes = std::uint8_t __attribute__((vector_size(16)));
  using Lengths = std::uint16_t __attribute__((vector_size(16)));
  using Words = std::uint64_t __attribute__((vector_size(16)));

  // Places in the frame.
  static constexpr std::uint16_t kEthernet = 14, kHeaders = kEthernet + 20 + 4;
  static constexpr std::size_t kType = 12, kStatedLength = kEthernet + 2, kProtocol = kEthernet + 9;
  static constexpr std::size_t kTimeToLive = kProtocol - 1;
  // From kType on: the type, version and header length; no fragment.
  static constexpr Bytes kPlain{0x08, 0x00, 0x45};
  static constexpr Bytes kDecides{0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0x3f, 0xff};

  template <typename Value>
  static Value load(const std::byte* from) {
    Value value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  template <typename Vector>
  static bool is_zero(Vector vector) {
    const auto words = reinterpret_cast<Words>(vector);
    return (words[0] | words[1]) == 0;
  }
  /// FlowKey::hash() of a plain packet. Its addresses and ports follow each other, the protocol
  /// stands a little before them, and between them are a checksum and, in the kind's place, the
  /// time to live.
  static std::uint32_t hash_of(const std::byte* frame) {
    constexpr Bytes kKept = ~Bytes{0xff, 0, 0xff, 0xff};
    constexpr Bytes kKind{static_cast<std::uint8_t>(PacketKind::kIpv4)};
    const Bytes bytes = (load<Bytes>(frame + kTimeToLive) & kKept) | kKind;
    const auto key = reinterpret_cast<Words>(__builtin_shufflevector(
        bytes, bytes, 0, 1, 12, 13, 14, 15, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    const std::uint64_t words[] = {key[0], key[1]};
    return crc32c(std::as_bytes(std::span(words)), 0);
  }
};

}  // namespace ringside::server
