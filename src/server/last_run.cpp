// SPDX-License-Identifier: BSD-3-Clause
#include "server/last_run.hpp"

#include <algorithm>
#include <iterator>

#include "dpdk/lanes.hpp"
#include "dpdk/ring_remains.hpp"
#include "server/given_away.hpp"
#include "server/stages.hpp"

namespace ringside::server {
namespace {

using dpdk::client_lane;

class LastRun {
 public:
  LastRun(DataPath& path, ClientId id)
      : path_(path),
        id_(id),
        slot_(path.info.client[id.value]),
        run_(slot_.run),
        lane_(client_lane(id)) {
    for (const dpdk::MempoolView pool : path.pools) {
      if (const auto lane = dpdk::lane_of(pool.get(), lane_)) dpdk::show_given_back(lane);
    }
    for (std::size_t port = 0; port < path.tx_sides.size(); ++port) mend_tx_ring(port, id);
  }

  /// Settles the packets of the run, with which `had` begins and which it loses.
  void settle(std::vector<OwedPacket>& had, std::vector<OwedPacket>& to) {
    const std::uint64_t done = read(slot_.counters.done);
    const std::uint64_t counted = accounted() - done;
    if (run_.start.exchange(0, std::memory_order_relaxed) != done + 1) return;
    const std::size_t size = std::min<std::size_t>(run_.packets.load(), had.size());
    std::size_t settled = counted;
    for (std::size_t i = counted; i < size; ++i) {
      if (had[i].packet != nullptr && settle_one(had[i], counted > 0, to)) ++settled;
    }
    had.erase(had.begin(), had.begin() + static_cast<std::ptrdiff_t>(size));
    add(slot_.counters.done, settled);
  }

  /// The same where the run counts for nothing: takes out of `had` what it has given away as the
  /// rings have it, of which is lost what it has not counted. Where these do not tell, all of it.
  void settle_by_rings(std::vector<OwedPacket>& had) {
    const GivenAway given_away(path_, id_);
    const std::uint64_t owed = path_.owed(id_.value);
    const auto done = static_cast<std::uint32_t>(read(slot_.counters.done));
    const std::uint32_t given = given_away.count() - path_.given_away_uncounted[id_.value] - done;
    const std::uint64_t counted = accounted() - read(slot_.counters.done);
    settle_unseen();
    const std::uint64_t taken = owed - had.size();
    const bool tells = given_away.shows_all() && given >= std::max(taken, counted) &&
                       given <= owed && given_away.ends_with(std::span(had).first(given - taken));
    if (!tells) return had.clear();
    had.erase(had.begin(), had.begin() + static_cast<std::ptrdiff_t>(given - taken));
  }

  /// The packets of the run are not known.
  void settle_unseen() {
    run_.start.store(0, std::memory_order_relaxed);
    add(slot_.counters.done, accounted() - read(slot_.counters.done));
  }

  /// Whoever gets the slot next begins with what there is now.
  void close() {
    const auto done = static_cast<std::uint32_t>(read(slot_.counters.done));
    path_.given_away_uncounted[id_.value] = GivenAway(path_, id_).count() - done;
  }

 private:
  /// What left by a wire is on its ring, counted or not.
  void mend_tx_ring(std::size_t port, ClientId id) {
    const TxSide& side = path_.tx_sides[port];
    if (side.rings.empty()) return;
    const dpdk::RingView ring = side.rings[id.value];
    dpdk::mend_putting(ring);
    Counter& sent = slot_.sent_by_port[port];
    const std::uint32_t missing = dpdk::put_so_far(ring) - static_cast<std::uint32_t>(read(sent));
    // It may have counted what it had not sent.
    add(sent, static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(missing)}));
  }

  /// Packets of which the client has counted what became of them.
  std::uint64_t accounted() const {
    std::uint64_t sum = read(slot_.counters.handler_drop);
    for (const auto& sent : slot_.sent_by_port) sum += read(sent);
    for (const auto& refused : slot_.tx_full_by_port) sum += read(refused);
    return sum;
  }

  /// Whether the client is done with the packet; otherwise others get it, or it is lost.
  bool settle_one(OwedPacket owed, bool some_have_left, std::vector<OwedPacket>& to) {
    const std::uint32_t port = run_.port.load(std::memory_order_relaxed);
    const dpdk::Packet packet = packet_of(owed);
    const bool back = given_back(packet);
    if (run_.freeing.load(std::memory_order_relaxed) != 0) {
      if (!back) free_one(packet);
      add(port < path_.ports.size() ? slot_.tx_full_by_port[port] : slot_.counters.handler_drop, 1);
      return true;
    }
    if (port >= path_.tx_sides.size()) return false;
    const TxSide& side = path_.tx_sides[port];
    if (!side.rings.empty() || some_have_left) {
      to.push_back(owed);
      return false;
    }
    if (back) {
      add(slot_.sent_by_port[port], 1);
    } else if (side.gives_back_at_once) {
      free_one(packet);
    }
    return back;
  }

  static void free_one(dpdk::Packet packet) { dpdk::free_packets({&packet, 1}); }

  bool given_back(dpdk::Packet packet) const {
    for (std::size_t i = 0; i < path_.pools.size(); ++i) {
      if (path_.pools[i].get() != packet->pool) continue;
      const dpdk::RingView lane = dpdk::lane_of(packet->pool, lane_);
      const std::uint32_t before = run_.given_back[i].load(std::memory_order_relaxed);
      return lane && dpdk::was_put_since(lane, before, packet);
    }
    return false;
  }

  DataPath& path_;
  const ClientId id_;
  shared::ClientSlot& slot_;
  shared::DirectRun& run_;
  const unsigned lane_;
};

}  // namespace

void settle_last_run(DataPath& path, ClientId id, std::vector<OwedPacket>& had,
                     std::vector<OwedPacket>& to) {
  LastRun run(path, id);
  if (path.distrusts(id)) {
    run.settle_by_rings(had);
  } else if (had.size() < path.owed(id.value)) {
    run.settle_unseen();
  } else {
    run.settle(had, to);
  }
  run.close();
  std::ranges::copy_if(had, std::back_inserter(to), &OwedPacket::packet);
}

}  // namespace ringside::server
