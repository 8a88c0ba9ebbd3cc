// SPDX-License-Identifier: BSD-3-Clause
// Takes what the server's port puts out, counts it, measures it, and keeps it when asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "dpdk/mbuf_field.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/packet.hpp"
#include "dpdk/ring.hpp"
#include "dpdk/tsc_clock.hpp"
#include "pcap/capture_writer.hpp"
#include "wire/latency.hpp"

namespace ringside::wire {

class Receiver {
 public:
  /// `queues`: the rings behind the port's TX queues; the wire is their only consumer. `own_pool`
  /// tells the packets that carry a send time. `clock` must outlive the receiver.
  Receiver(std::vector<dpdk::RingView> queues, dpdk::MempoolView own_pool,
           dpdk::SendTimeField sent_at, const dpdk::TscClock& clock)
      : queues_(std::move(queues)), own_pool_(own_pool), sent_at_(sent_at), clock_(&clock) {}

  /// Takes at most a burst from each queue and gives the mbufs back; returns how many packets.
  unsigned turn();

  bool capturing() const { return file_.has_value(); }
  /// Precondition: !capturing(). Error: the file cannot be written.
  Status start_capture(const std::string& file);
  /// Precondition: capturing(). Packets in the file; error: the file is incomplete.
  Result<std::uint64_t> stop_capture();

  void pause(bool paused) { paused_ = paused; }

  std::uint64_t captured() const { return captured_; }
  const LatencyHistogram& latency() const { return latency_; }
  void forget_latency() { latency_.forget(); }

 private:
  void look_at(dpdk::Packet packet, std::uint64_t tsc);

  std::vector<dpdk::RingView> queues_;
  dpdk::MempoolView own_pool_;
  dpdk::SendTimeField sent_at_;
  const dpdk::TscClock* clock_;

  bool paused_ = false;
  std::optional<pcap::CaptureWriter> file_;
  std::uint64_t captured_ = 0;
  LatencyHistogram latency_;
};

}  // namespace ringside::wire
