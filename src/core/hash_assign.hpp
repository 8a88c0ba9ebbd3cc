// SPDX-License-Identifier: BSD-3-Clause
// The hash policies for one packet. Inline, for loops that have the packets in a form of their own:
// writing a PacketView of each first costs as much as its hash.
#pragma once

#include "core/policy.hpp"

namespace ringside {

namespace detail {

/// hash_of() of a packet for which there is no short cut.
template <typename Fold>
[[gnu::noinline]] std::uint32_t hash_of_any(const PacketView& packet, ParseCounters& counters,
                                            Fold fold) {
  FlowKey key;
  switch (parse_any({packet.data, packet.length}, packet.packet_length, key)) {
    case ParseNote::kNone:
      break;
    case ParseNote::kTruncated:
      ++counters.truncated;
      break;
    case ParseNote::kMalformed:
      ++counters.malformed;
      break;
  }
  return fold(key).hash();
}

/// CRC32C of the packet's key as `fold` returns it.
template <typename Fold>
std::uint32_t hash_of(const PacketView& packet, ParseCounters& counters, Fold fold) {
  FlowKey key;
  // Not by parse_key(): here the compiler knows how long the key is, 32 instructions a packet less.
  if (parse_plain_ipv4({packet.data, packet.length}, key)) return fold(key).hash();
  if (parse_plain_ipv6({packet.data, packet.length}, key)) return fold(key).hash();
  return hash_of_any(packet, counters, fold);
}

}  // namespace detail

/// A fold for assign_by_hash(); the other one is std::identity.
struct SymmetricKey {
  FlowKey operator()(const FlowKey& key) const noexcept { return symmetric(key); }
};

/// The owner of the bucket into which the packet's key hashes after `fold`.
template <typename Fold>
Assignment assign_by_hash(DispatchState& state, const PacketView& packet, Fold fold) {
  static_assert(BucketTable::kBuckets == 65536, "a bucket is a 16-bit number");
  const std::uint32_t bucket = BucketTable::bucket(detail::hash_of(packet, state.parse, fold));
  return {state.buckets().bucket_owner(bucket), packet.port, static_cast<std::uint16_t>(bucket)};
}

}  // namespace ringside
