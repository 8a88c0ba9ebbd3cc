// SPDX-License-Identifier: BSD-3-Clause
// Receive, dispatch, stage, hand over: the first half of a packet's way through the server. One
// receiver per RX lcore, which alone calls it.
//
// When clients come, go or die it regroups: what the dead owed goes to the living, oldest first and
// before newer packets of the same flows; flows that move between two living clients wait until the
// old owner has returned what it had of them.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "core/client_set.hpp"
#include "core/flow_hold.hpp"
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
  /// Packets for one client that are not on its ring yet.
  struct Stage {
    /// Fresh ones, which may be dropped where the options say so. Room for two bursts: what is left
    /// of one that did not fit, and one just received.
    std::vector<dpdk::Packet> packets;
    std::vector<OwedPacket> owed;  ///< parallel to packets
    std::size_t size = 0;
    /// Older ones that changed hands: never dropped, handed over before the fresh ones.
    std::vector<OwedPacket> kept;
  };

  void follow_gate();
  bool dead_are_emptied(ClientSet dead) const;
  void regroup(ClientSet active, ClientSet dead);
  void collect_debts(ClientSet dead);
  void collect_staged(ClientId client);
  void hold_moved_flows(ClientSet dead);
  /// Gives a packet that changes hands its place.
  void place(OwedPacket packet);
  void release_held();
  /// The owner of a packet that has been dispatched before; nothing when anybody may have it.
  std::optional<ClientId> owner_of(OwedPacket packet) const;

  /// Nothing can be received: a stage still holds a burst that did not fit, there is no room to
  /// keep flows that move (--on-full wait), or too much changed hands that has no place yet.
  bool blocked() const;
  unsigned receive_from(PortIndex port);
  void dispatch(std::span<dpdk::Packet> packets, PortIndex port);
  void stage(ClientId client, dpdk::Packet packet, OwedPacket owed);
  void hold(OwedPacket packet, ClientId owner);
  void drop_without_client(std::span<dpdk::Packet> packets);
  /// Hands over what fits; the rest is dropped (--on-full drop) or stays. Returns how many went.
  unsigned flush(ClientId client);
  unsigned flush_kept(ClientId client);
  unsigned flush_all();
  /// Puts as many packets from the front on the client's ring as it may owe, and returns how many.
  unsigned hand_over(ClientId client, std::span<dpdk::Packet> packets,
                     std::span<const OwedPacket> owed);
  /// Packets that may still be handed over: a client never owes more than its ring holds, so that
  /// its return ring always has room.
  std::size_t credit(ClientId client);
  void publish_counters();
  void publish_staged();

  DataPath& path_;
  RxCounters& counters_;
  std::atomic<std::uint32_t>& acknowledged_;
  const std::uint16_t queue_;
  const AssignFn assign_;
  DispatchState dispatch_;
  std::uint32_t epoch_ = 0;
  bool receiving_ = false;
  std::size_t staged_ = 0;  ///< fresh packets in all stages
  std::size_t kept_ = 0;    ///< kept packets in all stages
  std::vector<Stage> stages_;
  FlowHold hold_;
  std::vector<OwedPacket> homeless_;  ///< nobody is there to have them
  std::vector<OwedPacket> loose_;     ///< changing hands; empty between calls
  std::vector<dpdk::Packet> burst_;
  std::vector<PacketView> views_;
  std::vector<Assignment> assigned_;
};

}  // namespace ringside::server
