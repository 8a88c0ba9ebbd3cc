// SPDX-License-Identifier: BSD-3-Clause
// A policy put to packets as DPDK has them.
#pragma once

#include <span>
#include <vector>

#include "core/policy.hpp"
#include "dpdk/packet.hpp"

namespace ringside::server {

class Assigner {
 public:
  /// By the function `instead` unless it is null. At most `burst` packets at a time.
  Assigner(Policy policy, AssignFn instead, unsigned burst);

  /// As AssignFn, of packets that came in by `port`. `cold`: the first bytes of the packets are not
  /// in this core's cache yet.
  void assign(DispatchState& state, std::span<const dpdk::Packet> packets, PortIndex port,
              bool cold, std::span<Assignment> assigned) {
    if (cold && reads_packets_) dpdk::prefetch(packets);
    if (direct_ != nullptr) {
      direct_(state, packets, port, assigned);
    } else {
      assign_views(state, packets, port, assigned);
    }
  }

 private:
  using Direct = void (*)(DispatchState& state, std::span<const dpdk::Packet> packets,
                          PortIndex port, std::span<Assignment> assigned);
  static Direct direct_function(Policy policy);

  void assign_views(DispatchState& state, std::span<const dpdk::Packet> packets, PortIndex port,
                    std::span<Assignment> assigned);

  const AssignFn assign_;
  const Direct direct_;       ///< the same without views of the packets; may be null
  const bool reads_packets_;  ///< assign_ does
  std::vector<PacketView> views_;
};

}  // namespace ringside::server
