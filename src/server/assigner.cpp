// SPDX-License-Identifier: BSD-3-Clause
#include "server/assigner.hpp"

#include <functional>

#include "core/hash_assign.hpp"

namespace ringside::server {
namespace {

template <typename Fold>
void assign_hash(DispatchState& state, std::span<const dpdk::Packet> packets, PortIndex port,
                 std::span<Assignment> assigned) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    assigned[i] = assign_by_hash(state, dpdk::view_of(packets[i], port), Fold{});
  }
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
      return assign_hash<std::identity>;
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
