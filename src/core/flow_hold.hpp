// SPDX-License-Identifier: BSD-3-Clause
// Packets of flows that have moved from one living client to another, kept until the old owner has
// returned what it had of them: a flow is never reordered by a move. One thread.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "core/owed_fifo.hpp"

namespace ringside {

class FlowHold {
 public:
  static constexpr std::size_t kBuckets = 65536;  ///< any Origin::bucket()

  /// Has room for `capacity` packets, beyond which none is taken in that could be refused.
  explicit FlowHold(std::size_t capacity) : capacity_(capacity), owner_(kBuckets), last_(kBuckets) {
    blocks_.reserve(kBuckets);
    held_.reserve(capacity);
  }

  /// Nothing is blocked, so nothing is held.
  bool idle() const { return blocks_.empty(); }
  bool blocks(std::uint16_t bucket) const { return blocked_[bucket]; }
  std::size_t size() const { return held_.size(); }
  std::size_t room() const { return capacity_ - std::min(capacity_, held_.size()); }

  /// Packets of `bucket` wait until `owner` has settled its packet `number`, and all before it.
  void block(std::uint16_t bucket, ClientId owner, std::uint64_t number);
  void unblock_all();

  /// Precondition: blocks(packet.origin.bucket()). Also without room.
  void add(OwedPacket packet) { held_.push_back(packet); }

  /// Ends the blocks whose packet is back, by `settled(owner)` as OwedFifo::settled(), and appends
  /// what waited for them to `to`, in the order of add(). True when a block ended.
  template <typename SettledOf>
  bool release(SettledOf&& settled, std::vector<OwedPacket>& to) {
    const auto is_over = [&](std::uint16_t bucket) {
      return settled(owner_[bucket]) > last_[bucket];
    };
    const std::size_t ended = std::erase_if(blocks_, [&](std::uint16_t bucket) {
      if (!is_over(bucket)) return false;
      blocked_.reset(bucket);
      return true;
    });
    if (ended > 0) move_free(to);
    return ended > 0;
  }
  /// Appends all that is held to `to`, in the order of add().
  void take_all(std::vector<OwedPacket>& to);

 private:
  void move_free(std::vector<OwedPacket>& to);

  std::size_t capacity_;
  std::bitset<kBuckets> blocked_;
  std::vector<std::uint16_t> blocks_;  // the buckets of blocked_
  std::vector<ClientId> owner_;        // by bucket, where blocked
  std::vector<std::uint64_t> last_;    // by bucket, where blocked
  std::vector<OwedPacket> held_;
};

}  // namespace ringside
