// SPDX-License-Identifier: BSD-3-Clause
// Puts the packets of a SendJob on the ring from which the server's port receives.
#pragma once

#include <cstdint>
#include <optional>

#include "core/result.hpp"
#include "dpdk/mbuf_field.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/ring.hpp"
#include "dpdk/tsc_clock.hpp"
#include "pcap/capture_writer.hpp"
#include "wire/protocol.hpp"
#include "wire/send_job.hpp"

namespace ringside::wire {

/// A send that is over.
struct FinishedSend {
  Tag tag;
  SendOutcome outcome;
  Status status;  ///< why it did not end well: the server went away, the record is incomplete
};

class Sender {
 public:
  /// The wire is the ring's only producer. `clock` must outlive the sender.
  Sender(dpdk::RingView ring, dpdk::MempoolView pool, dpdk::SendTimeField sent_at,
         const dpdk::TscClock& clock)
      : ring_(ring), pool_(pool), sent_at_(sent_at), clock_(&clock) {}

  bool busy() const { return job_.has_value(); }
  /// Precondition: !busy(). `record`, if given, keeps the packets that the ring accepts.
  void start(Tag tag, SendJob job, std::optional<pcap::CaptureWriter> record);

  /// Sends at most a burst of what is due; returns how many packets were settled.
  unsigned turn();
  /// When the next packet departs, by the clock; nothing when no send waits for a time.
  std::optional<std::uint64_t> next_departure_ns() const;

  /// The send that has come to its end, once.
  std::optional<FinishedSend> take_finished();
  /// Ends a send before its time. Precondition: busy().
  FinishedSend abort(Status why);

  /// Frees what the server has not received. Only after the server has stopped: the ring has one
  /// consumer.
  void take_back();

  std::uint64_t sent() const { return sent_; }
  /// Packets that the server has not received yet.
  unsigned waiting() const { return ring_.used(); }
  std::uint64_t refused() const { return refused_; }

 private:
  unsigned offer(unsigned count);
  void keep(unsigned accepted, std::uint64_t tsc);

  dpdk::RingView ring_;
  dpdk::MempoolView pool_;
  dpdk::SendTimeField sent_at_;
  const dpdk::TscClock* clock_;

  Tag tag_;
  std::optional<SendJob> job_;
  std::optional<pcap::CaptureWriter> record_;
  std::uint64_t sent_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace ringside::wire
