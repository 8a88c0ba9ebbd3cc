// SPDX-License-Identifier: BSD-3-Clause
#include "core/crc32c.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string_view>
#include <vector>

namespace ringside {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}
std::span<const std::byte> bytes_of(const std::vector<std::uint8_t>& v) {
  return std::as_bytes(std::span(v));
}

// RFC 3720 B.4 gives inverted values of an inverted start; ours has neither inversion.
std::uint32_t inverted(std::span<const std::byte> data) {
  return ~crc32c(data, 0xffffffff);
}

TEST(Crc32c, GivesThePublishedCheckValue) {
  EXPECT_EQ(inverted(bytes_of("123456789")), 0xe3069283);
}

TEST(Crc32c, GivesTheValuesOfRfc3720) {
  EXPECT_EQ(inverted(bytes_of(std::vector<std::uint8_t>(32, 0x00))), 0x8a9136aa);
  EXPECT_EQ(inverted(bytes_of(std::vector<std::uint8_t>(32, 0xff))), 0x62a8ab43);
  std::vector<std::uint8_t> ascending(32);
  for (std::uint8_t i = 0; i < 32; ++i) ascending[i] = i;
  EXPECT_EQ(inverted(bytes_of(ascending)), 0x46dd794e);
}

TEST(Crc32c, OfNothingIsWhatItStartedFrom) {
  EXPECT_EQ(crc32c({}, 0x12345678), 0x12345678u);
}

RC_GTEST_PROP(Crc32c, GoesOnFromWhereItStopped,
              (const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b,
               std::uint32_t init)) {
  std::vector<std::uint8_t> both = a;
  both.insert(both.end(), b.begin(), b.end());
  RC_ASSERT(crc32c(bytes_of(both), init) == crc32c(bytes_of(b), crc32c(bytes_of(a), init)));
}

#ifdef __SSE4_2__
RC_GTEST_PROP(Crc32c, IsTheSameByTableAndByInstruction,
              (const std::vector<std::uint8_t>& data, std::uint32_t init)) {
  RC_ASSERT(detail::crc32c_by_table(bytes_of(data), init) ==
            detail::crc32c_by_instruction(bytes_of(data), init));
}
#endif

}  // namespace
}  // namespace ringside
