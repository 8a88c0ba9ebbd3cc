// SPDX-License-Identifier: BSD-3-Clause
// One `send` in progress: which packets are due now, and what became of those offered. Knows
// nothing of rings or mbufs; wire/sender.hpp carries its packets out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "pcap/capture.hpp"
#include "wire/pacer.hpp"
#include "wire/protocol.hpp"
#include "wire/replies.hpp"

namespace ringside::wire {

class SendJob {
 public:
  /// Preconditions: the capture is not empty; `request` came out of parse_line().
  SendJob(std::shared_ptr<const pcap::Capture> capture, const Send& request, std::uint64_t now_ns);

  /// How many packets to offer now, at most `most`; packet(0) ... packet(due-1).
  unsigned due(std::uint64_t now_ns, unsigned most) const;
  /// Packet number `i` after those settled so far.
  pcap::Packet packet(unsigned i) const;

  /// Tells what became of `offered` packets: the first `accepted` were taken. The rest is refused
  /// in open loop, and stays to be offered again otherwise.
  void settle(unsigned offered, unsigned accepted, std::uint64_t now_ns);

  bool finished() const { return next_ == total_; }
  /// The time at which the next packet departs; nothing when it waits for room, not for a time.
  std::optional<std::uint64_t> next_departure_ns() const;
  /// `duration_ns` runs from the start to the last settled packet.
  SendOutcome outcome() const { return outcome_; }
  std::uint64_t total() const { return total_; }

 private:
  std::shared_ptr<const pcap::Capture> capture_;
  Pacer pacer_;
  std::uint64_t total_;
  std::uint64_t start_ns_;
  std::uint64_t next_ = 0;  ///< packets settled
  SendOutcome outcome_;
};

}  // namespace ringside::wire
