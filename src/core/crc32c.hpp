// SPDX-License-Identifier: BSD-3-Clause
// CRC32C (Castagnoli, RFC 3720 appendix B.4) without the inversions before and after, which makes
// it equal to DPDK's rte_hash_crc(); tests/eal/hash_equality_test.cpp holds the two together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

namespace ringside {

namespace detail {

constexpr std::array<std::uint32_t, 256> make_crc32c_table() {
  constexpr std::uint32_t kReversedPolynomial = 0x82f63b78;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? kReversedPolynomial : 0);
    table[byte] = crc;
  }
  return table;
}

inline constexpr auto kCrc32cTable = make_crc32c_table();

/// Any machine: one table look-up a byte.
constexpr std::uint32_t crc32c_by_table(std::span<const std::byte> data, std::uint32_t crc) {
  for (const std::byte byte : data) {
    crc = (crc >> 8) ^ kCrc32cTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
  }
  return crc;
}

#ifdef __SSE4_2__
/// x86 with SSE4.2: one instruction for 8 bytes.
inline std::uint32_t crc32c_by_instruction(std::span<const std::byte> data, std::uint32_t crc) {
  const std::byte* at = data.data();
  std::size_t left = data.size();
  std::uint64_t wide = crc;
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = static_cast<std::uint32_t>(wide);
  for (; left > 0; ++at, --left) crc = _mm_crc32_u8(crc, std::to_integer<std::uint8_t>(*at));
  return crc;
}
#endif

}  // namespace detail

/// CRC32C of `data`, going on from `init`: the value of rte_hash_crc(data, length, init).
inline std::uint32_t crc32c(std::span<const std::byte> data, std::uint32_t init) {
#ifdef __SSE4_2__
  return detail::crc32c_by_instruction(data, init);
#else
  return detail::crc32c_by_table(data, init);
#endif
}

}  // namespace ringside
