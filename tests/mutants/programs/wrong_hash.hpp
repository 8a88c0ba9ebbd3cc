// SPDX-License-Identifier: BSD-3-Clause
// An assignment that is right but for the hash.
#pragma once

#include <cstdint>
#include <span>

#include "core/crc32c.hpp"
#include "core/flow_key.hpp"
#include "core/policy.hpp"

namespace ringside::mutants {

inline FlowKey key_of(const PacketView& packet) {
  FlowKey key;
  parse_key({packet.data, packet.length}, packet.packet_length, key);
  return key;
}

/// `kHash`: from PacketView to std::uint32_t.
template <auto kHash>
void assign_by(DispatchState& state, std::span<const PacketView> packets,
               std::span<Assignment> assigned) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const std::uint32_t bucket = BucketTable::bucket(kHash(packets[i]));
    assigned[i] = {state.buckets().bucket_owner(bucket), packets[i].port,
                   static_cast<std::uint16_t>(bucket)};
  }
}

}  // namespace ringside::mutants
