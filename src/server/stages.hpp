// SPDX-License-Identifier: BSD-3-Clause
// What one receiver has for each client and has not handed over yet, and the handing over: onto the
// client's ring, and into the books of what it owes. Called by that receiver only.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "core/owed_fifo.hpp"
#include "server/data_path.hpp"

namespace ringside::server {

/// The buffer behind a packet of the books.
inline dpdk::Packet packet_of(OwedPacket owed) {
  return static_cast<dpdk::Packet>(owed.packet());
}

/// Gives the buffers back to the pool and empties `packets`; returns how many there were.
std::size_t free_all(std::vector<OwedPacket>& packets);

class Stages {
 public:
  /// Of RX lcore `lcore`.
  Stages(DataPath& path, std::size_t lcore);

  /// A packet just received; hands over when that makes a burst.
  void put(ClientId client, OwedPacket packet) {
    Stage& stage = stages_[client.value];
    stage.fresh[stage.filled++] = packet;
    if (stage.filled == burst_.size()) flush(client);
  }
  /// A packet that changes hands: never dropped, handed over before the fresh ones.
  void keep(ClientId client, OwedPacket packet);

  /// Nothing more can be added: a burst that did not fit waits for one of the clients, or too many
  /// kept ones do.
  bool blocked() const;
  bool has_kept() const { return kept_ > 0; }
  /// Packets here, of any kind.
  std::size_t size() const;

  /// Hands over what fits; of the fresh ones the rest is dropped (--on-full drop) or stays. Returns
  /// how many went.
  unsigned flush_all();

  /// Moves those packets of `client` for which moves(packet) is true to the end of `to`: kept ones
  /// first, in order.
  template <typename Moves>
  void take(ClientId client, Moves&& moves, std::vector<OwedPacket>& to) {
    Stage& stage = stages_[client.value];
    const auto take_from = [&](std::span<OwedPacket> packets) {
      const auto taken = std::ranges::remove_if(packets, [&](OwedPacket packet) {
        const bool goes = moves(packet);
        if (goes) to.push_back(packet);
        return goes;
      });
      return taken.size();
    };
    lose_kept(stage, take_from(stage.kept));
    stage.filled -= take_from(stage.staged());
  }

  /// Frees everything, as undelivered.
  void abandon();

 private:
  struct Stage {
    /// Room for two bursts: what is left of one that did not fit, and one just received.
    std::vector<OwedPacket> fresh;
    std::size_t filled = 0;  ///< of `fresh`
    std::vector<OwedPacket> kept;

    std::span<OwedPacket> staged() { return std::span(fresh).first(filled); }
  };

  unsigned flush(ClientId client);
  /// Hands over from the front of `packets` until the client may owe no more; the rest moves to the
  /// front.
  unsigned hand_over_from(ClientId client, std::span<OwedPacket> packets);
  unsigned hand_over(ClientId client, std::span<const OwedPacket> packets);
  /// The buffers behind `packets`, at most a burst; valid until the next call.
  std::span<dpdk::Packet> buffers(std::span<const OwedPacket> packets);
  /// Packets that may still be handed over: a client never owes more than its ring holds, so that
  /// its return ring always has room.
  std::size_t credit(ClientId client);
  /// The last `count` of the kept ones have gone.
  void lose_kept(Stage& stage, std::size_t count);

  DataPath& path_;
  const std::size_t lcore_;
  RxCounters& counters_;
  std::vector<Stage> stages_;
  std::size_t kept_ = 0;  ///< in all stages
  std::vector<dpdk::Packet> burst_;
};

}  // namespace ringside::server
