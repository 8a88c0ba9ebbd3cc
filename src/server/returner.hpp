// SPDX-License-Identifier: BSD-3-Clause
// Take back and transmit: the second half of a packet's way, in return mode. One lcore calls it.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "dpdk/ring_end.hpp"
#include "server/data_path.hpp"

namespace ringside::server {

class Returner {
 public:
  explicit Returner(DataPath& path);

  /// Some bursts from each client; returns how many packets it took back or transmitted.
  unsigned turn();

  /// Drops what a port has not taken yet, as refused by it. After the loop.
  void abandon();

 private:
  /// Packets of one client for one port, in order.
  struct Batch {
    std::vector<dpdk::Packet> packets;
    std::size_t size = 0;
    ClientId client;

    void add(std::span<const dpdk::Packet> more) {
      std::ranges::copy(more, packets.begin() + static_cast<std::ptrdiff_t>(size));
      size += more.size();
    }
    std::span<dpdk::Packet> all() { return {packets.data(), size}; }
  };

  unsigned take_back(ClientId client, bool is_dead);
  /// Takes back what is at the front of the client's return ring; returns how many.
  std::size_t settle_front(ClientId client, std::span<dpdk::Packet> shown);
  /// The same when they are not the oldest that the first receiver handed over.
  [[gnu::cold]] std::size_t settle_others(ClientId client, std::span<dpdk::Packet> shown);
  /// The packets that the client owed, at the front of `packets`; they are settled. Others are left
  /// alone.
  std::span<dpdk::Packet> accept(ClientId client, std::span<dpdk::Packet> packets);
  /// Settles the front of `packets` as what `lcore` handed over; returns how many of them.
  std::size_t settle_run(std::size_t lcore, ClientId client, std::span<dpdk::Packet> packets);
  bool accept_one(ClientId client, dpdk::Packet packet);
  void note_lies(ClientId client);
  void note_emptied(ClientId client);
  /// Sends packets where their client wants them to go, or drops them.
  void deliver(ClientId client, std::span<dpdk::Packet> packets);
  /// Sorts them by where they go; those of one port leave together.
  void deliver_sorted(ClientId client, std::span<dpdk::Packet> packets);
  /// kNoPort: their client wants them dropped.
  std::uint8_t index_of(std::uint16_t port) const {
    return port < kMaxPorts ? index_of_[port] : kNoPort;
  }
  void drop_marked(ClientId client);
  /// Transmits; what the port refuses is dropped (--on-full drop) or stays for the next turn.
  unsigned transmit(PortIndex port, ClientId client, std::span<dpdk::Packet> packets);
  void refuse(PortIndex port, ClientId client, std::span<dpdk::Packet> packets);
  void count_waiting();
  unsigned retry();
  /// Is last in what happens to packets, so that each is at any time counted as owed, staged,
  /// transmitted or dropped.
  void count_returned(ClientId client, std::size_t packets);

  static constexpr std::uint8_t kNoPort = 0xff;
  static constexpr unsigned kForeignLookedUp = 64;

  DataPath& path_;
  TxCounters& counters_;
  std::array<std::uint8_t, kMaxPorts> index_of_;  ///< port index by DPDK port id
  std::vector<Batch> batches_;                    ///< by output port
  Batch marked_;                                  ///< what the handler wants dropped
  std::vector<dpdk::ConsumerEnd> back_;           ///< by ClientId
  ClientSet lied_;                                ///< about its return ring, in this life
  std::array<unsigned, kMaxClients> foreign_{};   ///< packets that it had not been given, likewise
  std::vector<dpdk::Packet> burst_;
  std::size_t waiting_ = 0;  ///< packets in batches_ between turns
};

}  // namespace ringside::server
