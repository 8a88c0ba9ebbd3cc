// SPDX-License-Identifier: BSD-3-Clause
// Take back and transmit: the second half of a packet's way, in return mode. One lcore calls it.
#pragma once

#include <array>
#include <vector>

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
  };

  /// The packets that the client owed, at the front of `packets`. Others are left alone.
  std::span<dpdk::Packet> accept(ClientId client, std::span<dpdk::Packet> packets);
  /// The same when only the first `accepted` are the oldest that the first receiver handed over.
  [[gnu::cold]] std::span<dpdk::Packet> accept_rest(ClientId client,
                                                    std::span<dpdk::Packet> packets,
                                                    std::size_t accepted);
  /// Settles the front of `packets` as what `lcore` handed over; returns how many of them.
  std::size_t settle_run(std::size_t lcore, ClientId client, std::span<dpdk::Packet> packets);
  bool accept_one(ClientId client, dpdk::Packet packet);
  unsigned take_back(ClientId client, bool is_dead);
  void note_emptied(ClientId client);
  void settle(ClientId client, std::span<dpdk::Packet> packets);
  /// Where packets go that their client wants to leave by this port.
  Batch& batch_for(std::uint16_t port);
  void drop_marked(ClientId client);
  /// Transmits a batch; what the port refuses is dropped (--on-full drop) or stays for the next
  /// turn.
  unsigned transmit(PortIndex port);
  void refuse(PortIndex port);
  unsigned retry();

  static constexpr std::uint8_t kNoPort = 0xff;

  DataPath& path_;
  TxCounters& counters_;
  std::array<std::uint8_t, kMaxPorts> index_of_;  ///< port index by DPDK port id
  std::vector<Batch> batches_;                    ///< by output port
  Batch marked_;                                  ///< what the handler wants dropped
  std::vector<dpdk::Packet> burst_;
  std::size_t waiting_ = 0;  ///< packets in batches_ between turns
};

}  // namespace ringside::server
