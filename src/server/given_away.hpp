// SPDX-License-Identifier: BSD-3-Clause
// Direct mode: what a client has given away, told without its own words. It puts each packet on a
// ring of which it is the only producer: on its queue of a wire, or into its lane of the packet's
// pool, where a driver that gives back at once puts what it has sent. A ring counts what was put on
// and its memory keeps the last ones, taken off or not.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/owed_fifo.hpp"
#include "server/data_path.hpp"

namespace ringside::server {

class GivenAway {
 public:
  GivenAway(const DataPath& path, ClientId id);

  /// Nothing that it gives away is elsewhere: no driver keeps packets, and all pools have lanes.
  bool shows_all() const { return shows_all_; }
  /// Packets since the server began, by all who held the slot, modulo 2^32.
  std::uint32_t count() const;
  /// The last ones were `packets`, in this order; as far back as the rings' memory goes.
  bool ends_with(std::span<const OwedPacket> packets) const;

 private:
  std::vector<dpdk::RingView> rings_;
  bool shows_all_ = true;
};

}  // namespace ringside::server
