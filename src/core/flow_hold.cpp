// SPDX-License-Identifier: BSD-3-Clause
#include "core/flow_hold.hpp"

#include <algorithm>

namespace ringside {

void FlowHold::block(std::uint16_t bucket, ClientId owner, std::uint64_t number) {
  if (!blocked_[bucket]) {
    blocked_.set(bucket);
    blocks_.push_back(bucket);
  }
  owner_[bucket] = owner;
  last_[bucket] = number;
}

void FlowHold::unblock_all() {
  blocked_.reset();
  blocks_.clear();
}

void FlowHold::take_all(std::vector<OwedPacket>& to) {
  to.insert(to.end(), held_.begin(), held_.end());
  held_.clear();
}

void FlowHold::move_free(std::vector<OwedPacket>& to) {
  const auto still = std::ranges::stable_partition(
      held_, [this](OwedPacket packet) { return blocked_[packet.origin.bucket()]; });
  to.insert(to.end(), still.begin(), still.end());
  held_.erase(still.begin(), still.end());
}

}  // namespace ringside
