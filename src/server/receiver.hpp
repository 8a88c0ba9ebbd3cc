// SPDX-License-Identifier: BSD-3-Clause
// Receive, dispatch, stage, hand over: the first half of a packet's way through the server. One
// receiver per RX lcore, which alone calls it.
#pragma once

#include <array>
#include <vector>

#include "core/client_set.hpp"
#include "core/policy.hpp"
#include "server/data_path.hpp"

namespace ringside::server {

class Receiver {
 public:
  /// Polls RX queue `queue` of every port.
  Receiver(DataPath& path, std::uint16_t queue);

  /// One turn over all ports; returns how many packets it received or handed over.
  unsigned turn();

  /// Drops what is staged, as undelivered. After the loop.
  void abandon();

 private:
  /// Packets for one client that are not on its ring yet. Room for two bursts: what is left of one
  /// that did not fit, and one just received.
  struct Stage {
    std::vector<dpdk::Packet> packets;
    std::size_t size = 0;
  };

  void follow_gate();
  /// A stage still holds a burst that did not fit (--on-full wait): nothing is received then.
  bool blocked() const;
  unsigned receive_from(PortIndex port);
  void dispatch(std::span<dpdk::Packet> packets, PortIndex port);
  /// Hands over what fits; the rest is dropped (--on-full drop) or stays. Returns how many went.
  unsigned flush(ClientId client);
  unsigned flush_all();
  /// Packets that may still be handed over: a client never owes more than its ring holds, so that
  /// its return ring always has room.
  std::uint64_t credit(ClientId client) const;
  void publish_counters();

  DataPath& path_;
  RxCounters& counters_;
  std::atomic<std::uint32_t>& acknowledged_;
  const std::uint16_t queue_;
  const AssignFn assign_;
  DispatchState dispatch_;
  std::uint32_t epoch_ = 0;
  bool receiving_ = false;
  std::size_t staged_ = 0;  ///< sum of all stages
  std::vector<Stage> stages_;
  std::vector<dpdk::Packet> burst_;
  std::vector<PacketView> views_;
  std::vector<ClientId> owners_;
};

}  // namespace ringside::server
