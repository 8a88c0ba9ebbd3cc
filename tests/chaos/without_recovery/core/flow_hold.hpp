// SPDX-License-Identifier: BSD-3-Clause
// Stands in for src/core/flow_hold.hpp as its neighbour does: no flow ever waits.
#pragma once

#include "core/owed_fifo.hpp"

namespace ringside {
inline namespace without_recovery {

class FlowHold {
 public:
  explicit FlowHold(std::size_t) {}
  static constexpr bool idle() { return true; }
  static constexpr bool blocks(std::uint16_t) { return false; }
  static constexpr std::size_t size() { return 0; }
  static constexpr std::size_t room() { return ~std::size_t{0}; }
  void block(std::uint16_t, ClientId, std::uint64_t) {}
  void unblock_all() {}
  void add(OwedPacket) {}
  template <typename SettledOf>
  bool release(SettledOf&&, std::vector<OwedPacket>&) {
    return false;
  }
  void take_all(std::vector<OwedPacket>&) {}
};

}  // namespace without_recovery
}  // namespace ringside
