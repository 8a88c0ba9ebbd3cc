// SPDX-License-Identifier: BSD-3-Clause
#include "server/given_away.hpp"

#include <algorithm>
#include <ranges>

#include "dpdk/lanes.hpp"
#include "dpdk/ring_remains.hpp"

namespace ringside::server {
namespace {

/// A ring's packets, from the last one that was put on back to the oldest of which there is a
/// trace.
class Trail {
 public:
  explicit Trail(dpdk::RingView ring)
      : ring_(ring), left_(ring.shape().size), end_(dpdk::put_so_far(ring)) {}

  bool worn_out() const { return left_ == 0; }
  /// Goes back over `packet`, if that is the next one.
  bool pass(const void* packet) {
    if (worn_out() || dpdk::put_at(ring_, end_ - 1) != packet) return false;
    --end_;
    --left_;
    return true;
  }

 private:
  dpdk::RingView ring_;
  std::uint32_t left_;
  std::uint32_t end_;
};

}  // namespace

GivenAway::GivenAway(const DataPath& path, ClientId id) {
  for (const TxSide& side : path.tx_sides) {
    if (!side.rings.empty()) {
      rings_.push_back(side.rings[id.value]);
    } else if (!side.gives_back_at_once) {
      shows_all_ = false;
    }
  }
  for (const dpdk::MempoolView pool : path.pools) {
    const dpdk::RingView lane = dpdk::lane_of(pool.get(), dpdk::client_lane(id));
    if (lane) {
      rings_.push_back(lane);
    } else {
      shows_all_ = false;
    }
  }
}

std::uint32_t GivenAway::count() const {
  std::uint32_t sum = 0;
  for (const dpdk::RingView ring : rings_) sum += dpdk::put_so_far(ring);
  return sum;
}

bool GivenAway::ends_with(std::span<const OwedPacket> packets) const {
  std::vector<Trail> trails(rings_.begin(), rings_.end());
  for (const OwedPacket& each : packets | std::views::reverse) {
    const bool found =
        std::ranges::any_of(trails, [&](Trail& trail) { return trail.pass(each.packet); });
    if (!found) return std::ranges::any_of(trails, &Trail::worn_out);
  }
  return true;
}

}  // namespace ringside::server
