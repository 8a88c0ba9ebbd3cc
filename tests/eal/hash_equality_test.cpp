// SPDX-License-Identifier: BSD-3-Clause
// The harness predicts owners without DPDK: its CRC32C has to be rte_hash_crc(). Header-only; no
// EAL.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rte_hash_crc.h>

#include <cstdint>
#include <vector>

#include "core/crc32c.hpp"
#include "core/flow_key.hpp"

namespace ringside {
namespace {

RC_GTEST_PROP(Crc32c, EqualsRteHashCrc,
              (const std::vector<std::uint8_t>& data, std::uint32_t init)) {
  const auto length = static_cast<std::uint32_t>(data.size());
  RC_ASSERT(crc32c(std::as_bytes(std::span(data)), init) ==
            ::rte_hash_crc(data.data(), length, init));
}

TEST(Crc32c, EqualsRteHashCrcAtEveryLengthUpTo256) {
  std::vector<std::uint8_t> data(256);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 37 + 11);
  for (std::uint32_t length = 0; length <= data.size(); ++length) {
    const auto bytes = std::as_bytes(std::span(data)).first(length);
    EXPECT_EQ(crc32c(bytes, 0), ::rte_hash_crc(data.data(), length, 0)) << length;
    EXPECT_EQ(detail::crc32c_by_table(bytes, 7), ::rte_hash_crc(data.data(), length, 7)) << length;
  }
}

TEST(FlowKey, HashesAsRteHashCrcOverItsBytes) {
  const IpAddress a{std::byte{10}, std::byte{0}, std::byte{0}, std::byte{1}};
  const IpAddress b{std::byte{10}, std::byte{0}, std::byte{0}, std::byte{2}};
  for (const PacketKind kind : {PacketKind::kIpv4, PacketKind::kIpv6}) {
    const FlowKey key = ip_flow_key(kind, a, b, 6, 1234, 80);
    EXPECT_EQ(key.hash(),
              ::rte_hash_crc(key.bytes().data(), static_cast<std::uint32_t>(key.used().size()), 0));
  }
}

}  // namespace
}  // namespace ringside
