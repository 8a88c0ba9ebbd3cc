// SPDX-License-Identifier: BSD-3-Clause
// What one receiver has for each client and has not handed over yet, and the handing over: onto the
// client's ring, and into the books of what it owes. Called by that receiver only.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "core/owed_fifo.hpp"
#include "core/sizing.hpp"
#include "dpdk/ring_end.hpp"
#include "server/data_path.hpp"

namespace ringside::server {

/// The buffer behind a packet of the books.
inline dpdk::Packet packet_of(OwedPacket owed) {
  return static_cast<dpdk::Packet>(owed.packet);
}

/// Gives the buffers back to the pool and empties `packets`; returns how many there were.
std::size_t free_all(std::vector<OwedPacket>& packets);

class Stages {
 public:
  /// Of RX lcore `lcore`.
  Stages(DataPath& path, std::size_t lcore);

  /// Packets just received, each for the owner of its assignment; hands over what makes a burst.
  void put(std::span<const dpdk::Packet> packets, std::span<const Assignment> assigned);
  /// The same, all for one owner. Precondition: !packets.empty().
  void put_together(std::span<const dpdk::Packet> packets, std::span<const Assignment> assigned);
  /// Every `stride`-th of packets just received, from the first one on.
  void put_every(std::size_t stride, std::span<const dpdk::Packet> packets, Assignment assigned);
  /// A packet that changes hands: never dropped, handed over before the fresh ones.
  void keep(ClientId client, OwedPacket packet);

  /// Nothing more can be added: a burst that did not fit waits for one of the clients, or too many
  /// kept ones do.
  bool blocked() const {
    if (kept_ >= most_kept(path_.options.ring_size)) return true;  // the pool counts on it
    return std::ranges::any_of(stages_,
                               [this](const Stage& stage) { return stage.filled >= burst_; });
  }
  bool has_kept() const { return kept_ > 0; }
  /// Packets here, of any kind.
  std::size_t size() const;

  /// Hands over what fits, where at least so many are fresh; of the fresh ones the rest is dropped
  /// (--on-full drop) or stays. Returns how many went.
  unsigned flush_all(std::size_t least = 0);

  /// Moves those packets of `client` for which moves(packet) is true to the end of `to`: kept ones
  /// first, in order.
  template <typename Moves>
  void take(ClientId client, Moves&& moves, std::vector<OwedPacket>& to) {
    Stage& stage = stages_[client.value];
    const auto goes = [&](OwedPacket packet) {
      const bool moved = moves(packet);
      if (moved) to.push_back(packet);
      return moved;
    };
    kept_ -= std::erase_if(stage.kept, goes);
    std::size_t left = 0;
    for (std::size_t i = 0; i < stage.filled; ++i) {
      const OwedPacket packet{stage.fresh.packets[i], stage.fresh.origins[i]};
      if (!goes(packet)) write(stage, left++, packet);
    }
    stage.filled = left;
  }

  /// Looks anew where the rings of those begin that were dead before and are not now: they have
  /// been reset. On the others its own position is the one that counts.
  void follow_resets(ClientSet dead);

  /// Frees everything, as undelivered.
  void abandon();

 private:
  struct Stage {
    // Fresh ones. Room for two bursts: what is left of one that did not fit, and one just received.
    OwedFifo::Stage fresh;
    std::size_t filled = 0;
    std::vector<OwedPacket> kept;
    dpdk::ProducerEnd work;  ///< of the client's ring
  };

  template <typename Write>
  void append(ClientId client, std::size_t packets, Write&& write);
  unsigned flush(ClientId client);
  unsigned flush_kept(ClientId client);
  /// Hands over from the front of the stage until the client may owe no more.
  unsigned flush_stage(ClientId client);
  /// The ring may never have been as full as it is now.
  [[gnu::cold]] void note_peak(ClientId client, bool full);
  static void write(Stage& stage, std::size_t at, OwedPacket packet) {
    stage.fresh.packets[at] = packet.packet;
    stage.fresh.origins[at] = packet.origin;
  }
  static std::span<dpdk::Packet> staged(const Stage& stage) {
    return {reinterpret_cast<dpdk::Packet*>(stage.fresh.packets), stage.filled};
  }
  /// Packets that may still be handed over: a client never owes more than its ring holds, so that
  /// its return ring always has room.
  std::size_t credit(ClientId client);

  DataPath& path_;
  const std::size_t lcore_;
  RxCounters& counters_;
  const std::size_t burst_;
  std::vector<Stage> stages_;
  std::size_t kept_ = 0;  ///< in all stages
  ClientSet dead_;
};

}  // namespace ringside::server
