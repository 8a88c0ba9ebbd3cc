// SPDX-License-Identifier: BSD-3-Clause
#include "server/assigner.hpp"

#include <functional>

#include "core/hash_assign.hpp"
#include "server/plain_group.hpp"

namespace ringside::server {
namespace {

template <typename Fold>
void assign_hash(DispatchState& state, std::span<const dpdk::Packet> packets, PortIndex port,
                 std::span<Assignment> assigned) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    assigned[i] = assign_by_hash(state, dpdk::view_of(packets[i], port), Fold{});
  }
}

/// `owner_of`: of a bucket.
template <typename OwnerOf>
void assign_in_groups(DispatchState& state, std::span<const dpdk::Packet> packets, PortIndex port,
                      std::span<Assignment> assigned, OwnerOf owner_of) {
  constexpr std::size_t kGroup = PlainGroup::kSize;
  PlainGroup::Hashes hashes;
  std::size_t done = 0;
  for (; done + kGroup <= packets.size(); done += kGroup) {
    // Where one packet is not plain, others are not either.
    if (!PlainGroup::hash(packets.subspan(done).first<kGroup>(), hashes)) break;
    for (std::size_t i = 0; i < kGroup; ++i) {
      const auto bucket = static_cast<std::uint16_t>(BucketTable::bucket(hashes[i]));
      assigned[done + i] = {owner_of(bucket), port, bucket};
    }
  }
  assign_hash<std::identity>(state, packets.subspan(done), port, assigned.subspan(done));
}

/// As assign_hash<std::identity>(), sooner.
void assign_flow_hash(DispatchState& state, std::span<const dpdk::Packet> packets, PortIndex port,
                      std::span<Assignment> assigned) {
  if (state.active().size() == 1) {
    const auto only = [id = state.active_at(0)](std::uint16_t) { return id; };
    return assign_in_groups(state, packets, port, assigned, only);
  }
  assign_in_groups(state, packets, port, assigned,
                   [&](std::uint16_t bucket) { return state.buckets().bucket_owner(bucket); });
}

}  // namespace

Assigner::Assigner(Policy policy, AssignFn instead, unsigned burst)
    : assign_(instead != nullptr ? instead : assign_function(policy)),
      direct_(instead != nullptr ? nullptr : direct_function(policy)),
      reads_packets_(instead != nullptr || reads_packets(policy)),
      views_(burst) {}

Assigner::Direct Assigner::direct_function(Policy policy) {
  switch (policy) {
    case Policy::kFlowHash:
      return assign_flow_hash;
    case Policy::kSymmetricFlowHash:
      return assign_hash<SymmetricKey>;
    case Policy::kRoundRobin:
    case Policy::kPort:
      break;
  }
  return nullptr;
}

void Assigner::assign_views(DispatchState& state, std::span<const dpdk::Packet> packets,
                            PortIndex port, std::span<Assignment> assigned) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    views_[i].port = port;
    if (reads_packets_) views_[i] = dpdk::view_of(packets[i], port);
  }
  assign_(state, std::span(views_).first(packets.size()), assigned);
}

}  // namespace ringside::server
