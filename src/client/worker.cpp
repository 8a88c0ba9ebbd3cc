// SPDX-License-Identifier: BSD-3-Clause
#include "client/worker.hpp"

#include "client/crash_points.hpp"
#include "core/shared_counter.hpp"
#include "dpdk/port.hpp"

namespace ringside::client {

void ReturnOutlet::take(std::span<dpdk::Packet> packets) {
  const auto count = packets.size();
  Idle idle(IdleMode::kYield);
  for (;;) {
    packets = packets.subspan(enqueue(ring_, packets));
    if (packets.empty() || server_stopped(info_)) break;
    if (server_gone_.load(std::memory_order_relaxed)) break;
    // The server hands out no more than this ring holds, so it has room; only several RX lcores may
    // overshoot, by a burst each.
    idle.found_nothing();
  }
  pass(Step::kAfterEnqueue);
  add(counters_.done, count);
  pass(Step::kAfterDone);
}

DirectOutlet::DirectOutlet(const shared::SharedInfo& info, ClientId id, shared::ClientSlot& slot)
    : id_(id), slot_(slot) {
  for (std::uint8_t i = 0; i < info.ports; ++i) index_of_[info.port[i].dpdk_id % kMaxPorts] = i;
}

void DirectOutlet::take(std::span<dpdk::Packet> packets) {
  while (!packets.empty()) {
    const std::uint16_t port = packets.front()->port;
    std::size_t run = 1;
    while (run < packets.size() && packets[run]->port == port) ++run;
    if (port == dpdk::kDropMark) {
      dpdk::free_packets(packets.first(run));
      add(slot_.counters.handler_drop, run);
    } else {
      send(port, packets.first(run));
    }
    add(slot_.counters.done, run);
    packets = packets.subspan(run);
  }
}

void DirectOutlet::send(std::uint16_t dpdk_id, std::span<dpdk::Packet> packets) {
  const std::uint8_t index = index_of_[dpdk_id % kMaxPorts];
  const unsigned sent = dpdk::transmit(dpdk_id, id_.value, packets);
  add(slot_.counters.sent, sent);
  add(slot_.sent_by_port[index], sent);
  if (sent == packets.size()) return;
  dpdk::free_packets(packets.subspan(sent));
  add(slot_.counters.tx_full, packets.size() - sent);
  add(slot_.tx_full_by_port[index], packets.size() - sent);
}

unsigned Worker::turn() {
  add(counters_.progress, 1);
  pass(Step::kBeforeDequeue);
  const unsigned taken = dequeue(work_, packets_);
  if (taken == 0) return 0;
  pass(Step::kAfterDequeue);
  add(counters_.received, taken);
  pass(Step::kBeforeHandler);
  const std::span burst(packets_.data(), taken);
  handle(handle_, handler_, burst);
  pass(Step::kAfterHandler);
  outlet_.take(burst);
  return taken;
}

}  // namespace ringside::client
