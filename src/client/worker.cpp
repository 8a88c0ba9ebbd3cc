// SPDX-License-Identifier: BSD-3-Clause
#include "client/worker.hpp"

#include <algorithm>

#include "client/crash_points.hpp"
#include "client/join.hpp"
#include "core/shared_counter.hpp"
#include "dpdk/lanes.hpp"
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
    // overshoot, by a burst each. Then it waits for the server, which may wait for a port: that is
    // no hang of this client.
    add(counters_.progress, 1);
    idle.found_nothing();
  }
  pass(Step::kAfterEnqueue);
  add(counters_.done, count);
  pass(Step::kAfterDone);
}

DirectOutlet::DirectOutlet(const shared::SharedInfo& info, ClientId id, shared::ClientSlot& slot,
                           const std::array<dpdk::RingView, 2>& lanes)
    : id_(id), slot_(slot), lanes_(lanes) {
  for (std::uint8_t i = 0; i < info.ports; ++i) index_of_[info.port[i].dpdk_id % kMaxPorts] = i;
}

void DirectOutlet::take(std::span<dpdk::Packet> packets) {
  while (!packets.empty()) {
    const std::uint16_t port = packets.front()->port;
    std::size_t run = 1;
    while (run < packets.size() && packets[run]->port == port) ++run;
    if (port == dpdk::kDropMark) {
      drop(packets.first(run));
    } else {
      send(port, packets.first(run));
    }
    std::atomic_thread_fence(std::memory_order_release);  // pairs: Membership::counted_by()
    add(slot_.counters.done, run);                        // ends the run
    pass(Step::kAfterDone);
    packets = packets.subspan(run);
  }
  for (const dpdk::RingView lane : lanes_) {
    if (lane) dpdk::show_given_back(lane);
  }
}

void DirectOutlet::begin(std::uint32_t port, std::size_t packets) {
  shared::DirectRun& run = slot_.run;
  run.packets.store(static_cast<std::uint32_t>(packets), std::memory_order_relaxed);
  run.port.store(port, std::memory_order_relaxed);
  run.freeing.store(0, std::memory_order_relaxed);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const std::uint32_t given_back = lanes_[i] ? dpdk::given_back_so_far(lanes_[i]) : 0;
    run.given_back[i].store(given_back, std::memory_order_relaxed);
  }
  run.start.store(read(slot_.counters.done) + 1, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // it may be killed at any instruction
}

void DirectOutlet::drop(std::span<dpdk::Packet> packets) {
  begin(shared::kNoPort, packets.size());
  slot_.run.freeing.store(1, std::memory_order_release);
  dpdk::free_packets(packets);
  add(slot_.counters.handler_drop, packets.size());
}

void DirectOutlet::send(std::uint16_t dpdk_id, std::span<dpdk::Packet> packets) {
  const std::uint8_t index = index_of_[dpdk_id % kMaxPorts];
  begin(index, packets.size());
  pass(Step::kRunBegun);
  const unsigned sent = dpdk::transmit(dpdk_id, id_.value, packets);
  pass(Step::kRunSent);
  add(slot_.sent_by_port[index], sent);
  pass(Step::kRunCounted);
  if (sent == packets.size()) return;
  slot_.run.freeing.store(1, std::memory_order_release);
  dpdk::free_packets(packets.subspan(sent));
  add(slot_.tx_full_by_port[index], packets.size() - sent);
}

void Worker::sleep() {
  sleeper_.sleep(dpdk::kLongestNap, [this] {
    pass(Step::kAsleep);
    return work_.ring().used() > 0;
  });
}

unsigned Worker::turn() {
  add(counters_.progress, 1);
  pass(Step::kBeforeDequeue);
  const unsigned taken = dequeue(work_, packets_, in_steps_);
  if (taken == 0) return 0;
  pass(Step::kAfterDequeue);
  add(counters_.received, taken);
  pass(Step::kBeforeHandler);
  const std::span burst(packets_.data(), taken);
  for (auto rest = burst; !rest.empty(); add(counters_.progress, 1)) {
    const auto some = rest.first(std::min<std::size_t>(rest.size(), kSmallBurst));
    handle(handle_, handler_, some);
    rest = rest.subspan(some.size());
  }
  pass(Step::kAfterHandler);
  outlet_.take(burst);
  if (in_steps_) work_.finish_dequeue(taken);
  return taken;
}

}  // namespace ringside::client
