// SPDX-License-Identifier: BSD-3-Clause
// The steps of the data path as function pointers, each called once per burst, and those of the
// control loop where a fault would cost packets. The product uses product_seams(); a test replaces
// one of them to prove that the harness notices.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/control_message.hpp"
#include "core/event_log.hpp"
#include "core/owed_fifo.hpp"
#include "core/policy.hpp"
#include "dpdk/packet.hpp"
#include "dpdk/ring_end.hpp"
#include "server/process_watch.hpp"

namespace ringside::server {

struct Snapshot;

struct Seams {
  /// Who gets each packet. Null: the function of the --policy.
  AssignFn assign = nullptr;
  /// Puts packets from the front on a client's work ring; returns how many, the caller keeps the
  /// rest.
  unsigned (*hand_over)(dpdk::ProducerEnd& ring, std::span<dpdk::Packet> packets) = nullptr;
  /// Sends packets from the front; returns how many, the caller keeps the rest.
  unsigned (*transmit)(std::uint16_t port, std::uint16_t queue,
                       std::span<dpdk::Packet> packets) = nullptr;
  /// Frees packets that are dropped; returns how many of them to count.
  std::uint64_t (*discard)(std::span<dpdk::Packet> packets) = nullptr;
  /// Last look at the books before they are shown.
  void (*before_report)(Snapshot& snapshot) = nullptr;
  /// Last look at an event before it is kept; false: it is not.
  bool (*keep_event)(Event& event) = nullptr;
  /// Last look at what dead clients had, oldest first, before others get it.
  void (*recover)(std::vector<OwedPacket>& packets) = nullptr;
  /// Last look at a request to join.
  void (*before_join)(control::JoinRequest& request) = nullptr;
  /// Who sees the end of the clients' processes, and ends those that are evicted.
  std::unique_ptr<ProcessWatch> (*watch_processes)() = nullptr;
  /// Whether a burst that is not full is ever handed over.
  bool flush_partial_bursts = true;
};

/// The right ones.
Seams product_seams();

}  // namespace ringside::server
