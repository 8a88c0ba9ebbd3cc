// SPDX-License-Identifier: BSD-3-Clause
// What the lcores of the data path have in common: ports, rings, counters, and the gate through
// which the control loop steers them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/client_set.hpp"
#include "core/owed_fifo.hpp"
#include "core/shared_layout.hpp"
#include "dpdk/mbuf_field.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/port.hpp"
#include "dpdk/ring.hpp"
#include "server/counters.hpp"
#include "server/options.hpp"
#include "server/seams.hpp"

namespace ringside::server {

/// Control loop to the others. A change of `receiving`, `active` or `dead` is followed by a new
/// `epoch`; a receiver acknowledges an epoch when it acts by it and has staged nothing for clients
/// that left.
struct Gate {
  std::atomic<bool> receiving{false};
  std::atomic<std::uint32_t> active{0};  ///< ClientSet::bits()
  /// ClientSet::bits(): died or left, what they had to be recovered and their rings to be cleared.
  std::atomic<std::uint32_t> dead{0};
  /// Of the dead those whose last words in shared memory count for nothing.
  std::atomic<std::uint32_t> distrusted{0};
  std::array<std::atomic<std::uint32_t>, kMaxClients>
      deaths{};  ///< so often was a client in `dead`
  std::atomic<std::uint32_t> epoch{0};
  std::atomic<bool> finish{false};  ///< lcores leave their loops
};

/// Direct mode: what is known of a port by which clients send, when one of them has died.
struct TxSide {
  std::vector<dpdk::RingView> rings;  ///< TX queues by ClientId, on a wire port
  /// The driver gives a packet back before the call that sends it returns.
  bool gives_back_at_once = false;
};

struct DataPath {
  DataPath(const Options& options_in, const Seams& seams_in, shared::SharedInfo& info_in,
           std::size_t rx_lcores);

  const Options& options;
  const Seams seams;
  shared::SharedInfo& info;
  std::vector<dpdk::Port> ports;                ///< by PortIndex
  std::vector<TxSide> tx_sides;                 ///< by PortIndex, in direct mode
  std::vector<dpdk::MempoolView> pools;         ///< mbuf_pool; wire_pool if there are wire ports
  std::optional<dpdk::InputField> input_field;  ///< direct mode with several receivers
  std::vector<dpdk::RingView> work;             ///< by ClientId
  std::vector<dpdk::RingView> back;             ///< by ClientId
  std::vector<RxCounters> rx;                   ///< by RX lcore
  TxCounters tx;
  Gate gate;
  std::vector<std::atomic<std::uint32_t>> acknowledged;  ///< Gate::epoch, by RX lcore
  /// Gate::deaths of a client up to which its return ring has been emptied.
  std::array<std::atomic<std::uint32_t>, kMaxClients> emptied{};

  /// Packets that were in a dead client's hands and are gone. Writer: the control loop.
  std::array<Counter, kMaxClients> lost_in_crash{};

  /// Direct mode: GivenAway::count() less ClientCounters::done when nobody held the slot, modulo
  /// 2^32. The first receiver's.
  std::array<std::uint32_t, kMaxClients> given_away_uncounted{};

  /// What `client` owes of the packets that RX lcore `lcore` handed to it. In direct mode, where
  /// nothing comes back, the last ones handed to it.
  OwedFifo& owed_fifo(std::size_t lcore, std::size_t client) {
    return *fifos_[lcore * options.clients + client];
  }
  /// Return mode: packets that are on the client's rings or with it.
  std::size_t on_way(std::size_t client) {
    std::size_t sum = 0;
    for (std::size_t lcore = 0; lcore < rx.size(); ++lcore) sum += owed_fifo(lcore, client).size();
    return sum;
  }
  /// Direct mode, one receiver: settles what the client has counted as done; nobody else does.
  void settle_direct(std::size_t lcore, ClientId client) {
    if (direct()) owed_fifo(lcore, client.value).forget_but(owed(client.value));
  }
  /// Everything a dead client had returned has been taken.
  bool emptied_after_death(ClientId client) const {
    return emptied[client.value].load(std::memory_order_acquire) ==  // pairs: Returner::turn()
           gate.deaths[client.value].load(std::memory_order_relaxed);
  }

  bool direct() const { return options.tx == shared::TxMode::kDirect; }
  /// Nothing that this dead client left in shared memory counts.
  bool distrusts(ClientId client) const {
    return ClientSet::from_bits(gate.distrusted.load(std::memory_order_relaxed)).contains(client);
  }

  std::uint64_t handed(std::size_t client) const {
    std::uint64_t sum = 0;
    for (const RxCounters& counters : rx) sum += read(counters.handed[client]);
    return sum;
  }
  /// Packets that the client is done with.
  std::uint64_t returned(std::size_t client) const {
    return direct() ? read(info.client[client].counters.done) : read(tx.returned[client]);
  }
  /// Packets taken out of the client's debt after it died.
  std::uint64_t recovered(std::size_t client) const {
    std::uint64_t sum = 0;
    for (const RxCounters& counters : rx) sum += read(counters.recovered[client]);
    return sum;
  }
  /// Packets that the client has not given back.
  std::uint64_t owed(std::size_t client) const {
    // handed last: read the other way round, a packet in between would make the difference wrap.
    const std::uint64_t settled =
        returned(client) + recovered(client) + read(lost_in_crash[client]);
    return handed(client) - settled;
  }
  /// Packets inside the system: all that are inside before and after; exact when nothing moves.
  std::uint64_t in_flight() const;
  /// All receivers act by the gate's present epoch.
  bool all_acknowledged() const;
  /// All but the first one do.
  bool others_acknowledged() const;

 private:
  std::vector<std::unique_ptr<OwedFifo>> fifos_;  // by RX lcore, then client
};

}  // namespace ringside::server
