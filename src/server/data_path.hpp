// SPDX-License-Identifier: BSD-3-Clause
// What the lcores of the data path have in common: ports, rings, counters, and the gate through
// which the control loop steers them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/client_set.hpp"
#include "core/shared_layout.hpp"
#include "dpdk/port.hpp"
#include "dpdk/ring.hpp"
#include "server/counters.hpp"
#include "server/options.hpp"
#include "server/seams.hpp"

namespace ringside::server {

/// Control loop to receivers. A change of `receiving` or `active` is followed by a new `epoch`; a
/// receiver acknowledges an epoch when it acts by it and has staged nothing for clients that left.
struct Gate {
  std::atomic<bool> receiving{false};
  std::atomic<std::uint32_t> active{0};  ///< ClientSet::bits()
  std::atomic<std::uint32_t> epoch{0};
  std::atomic<bool> finish{false};  ///< lcores leave their loops
};

struct DataPath {
  DataPath(const Options& options_in, const Seams& seams_in, shared::SharedInfo& info_in,
           std::size_t rx_lcores)
      : options(options_in),
        seams(seams_in),
        info(info_in),
        rx(rx_lcores),
        acknowledged(rx_lcores) {}

  const Options& options;
  const Seams seams;
  shared::SharedInfo& info;
  std::vector<dpdk::Port> ports;     ///< by PortIndex
  std::vector<dpdk::RingView> work;  ///< by ClientId
  std::vector<dpdk::RingView> back;  ///< by ClientId
  std::vector<RxCounters> rx;        ///< by RX lcore
  TxCounters tx;
  Gate gate;
  std::vector<std::atomic<std::uint32_t>> acknowledged;  ///< Gate::epoch, by RX lcore

  bool direct() const { return options.tx == shared::TxMode::kDirect; }

  std::uint64_t handed(std::size_t client) const {
    std::uint64_t sum = 0;
    for (const RxCounters& counters : rx) sum += read(counters.handed[client]);
    return sum;
  }
  /// Packets that the client is done with.
  std::uint64_t returned(std::size_t client) const {
    return direct() ? read(info.client[client].counters.done) : read(tx.returned[client]);
  }
  /// Packets that the client has not given back.
  std::uint64_t owed(std::size_t client) const {
    // returned first: read the other way round, a packet in between would make the difference wrap.
    const std::uint64_t back_by_now = returned(client);
    return handed(client) - back_by_now;
  }
  /// Packets inside the system; exact when nothing moves.
  std::uint64_t in_flight() const;
  /// All receivers act by the gate's present epoch.
  bool all_acknowledged() const;
};

}  // namespace ringside::server
