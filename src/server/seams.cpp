// SPDX-License-Identifier: BSD-3-Clause
#include "server/seams.hpp"

#include "dpdk/port.hpp"

namespace ringside::server {

Seams product_seams() {
  Seams seams;
  seams.hand_over = [](dpdk::ProducerEnd& ring, std::span<dpdk::Packet> packets) {
    return ring.enqueue(packets);
  };
  seams.transmit = dpdk::transmit;
  seams.discard = [](std::span<dpdk::Packet> packets) -> std::uint64_t {
    dpdk::free_packets(packets);
    return packets.size();
  };
  seams.before_report = [](Snapshot&) {};
  seams.keep_event = [](Event&) { return true; };
  seams.recover = [](std::vector<OwedPacket>&) {};
  seams.before_join = [](control::JoinRequest&) {};
  seams.watch_processes = []() -> std::unique_ptr<ProcessWatch> {
    return std::make_unique<PidfdWatch>();
  };
  return seams;
}

}  // namespace ringside::server
