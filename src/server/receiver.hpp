// SPDX-License-Identifier: BSD-3-Clause
// Receive, dispatch, stage: the first half of a packet's way through the server. One receiver per
// RX lcore, which alone calls it.
//
// When clients come, go or die it regroups: what the dead owed goes to the living, oldest first and
// before newer packets of the same flows; flows that move between two living clients wait until the
// old owner has returned what it had of them.
#pragma once

#include <optional>
#include <vector>

#include "core/client_set.hpp"
#include "core/flow_hold.hpp"
#include "core/policy.hpp"
#include "dpdk/doorbell.hpp"
#include "server/assigner.hpp"
#include "server/data_path.hpp"
#include "server/stages.hpp"

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
  void follow_gate();
  /// What the dead had can be told from what they had done with.
  bool dead_are_at_rest(ClientSet dead) const;
  void regroup(ClientSet active, ClientSet dead);
  void collect_debts(ClientSet dead);
  void collect_from_fifo(ClientId dead, std::vector<OwedPacket>& had);
  void collect_from_ring(ClientId dead, std::vector<OwedPacket>& had);
  void collect_staged(ClientId client);
  void hold_moved_flows(ClientSet dead);
  /// Gives a packet that changes hands its place.
  void place(OwedPacket packet);
  void release_held();
  /// The owner of a packet that has been dispatched before; nothing when anybody may have it.
  std::optional<ClientId> owner_of(OwedPacket packet) const;

  /// Nothing can be received: the stages take no more, or there is no room to hold flows that move
  /// (--on-full wait).
  bool blocked() const;
  unsigned receive_from(PortIndex port);
  /// Of bursts that are not full, in turns in which nothing `moved`, or when no port has more.
  unsigned hand_over_partial(bool moved, bool more_waits);
  void dispatch(std::span<dpdk::Packet> packets, PortIndex port);
  void deal_out(std::span<dpdk::Packet> packets, PortIndex port);
  /// Packets just received, some of whose flows may be moving.
  void put_or_hold(std::span<const dpdk::Packet> packets, std::span<const Assignment> assigned);
  void hold_received(OwedPacket packet, ClientId owner);
  void drop_without_client(std::span<dpdk::Packet> packets);
  void wake_clients();
  void publish_counters();
  void publish_staged();

  DataPath& path_;
  RxCounters& counters_;
  std::atomic<std::uint32_t>& acknowledged_;
  const std::uint16_t queue_;
  Assigner assigner_;
  const bool deals_;  ///< by turns alone
  /// Direct mode with several receivers: none of them knows in what order all of them put packets
  /// on a ring, nor how far a client is with whose.
  const bool looks_on_rings_;
  DispatchState dispatch_;
  std::uint32_t epoch_ = 0;
  bool receiving_ = false;
  unsigned turns_waited_ = 0;          ///< since all that was staged was handed over
  std::vector<dpdk::Ringer> ringers_;  ///< of the clients
  Stages stages_;
  FlowHold hold_;
  std::vector<OwedPacket> homeless_;  ///< nobody is there to have them
  std::vector<OwedPacket> loose_;     ///< changing hands; empty between calls
  std::vector<dpdk::Packet> burst_;
  std::vector<Assignment> assigned_;
};

}  // namespace ringside::server
