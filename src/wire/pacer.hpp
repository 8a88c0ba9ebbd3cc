// SPDX-License-Identifier: BSD-3-Clause
// When each packet of a send departs, as a pure function of its number. Nothing is added up from
// packet to packet, so a rate has no drift, however high it is and however long it lasts.
#pragma once

#include <cstdint>
#include <vector>

#include "pcap/capture.hpp"
#include "wire/protocol.hpp"

namespace ringside::wire {

class Pacer {
 public:
  /// `capture` is read for kTiming only, and only here. Precondition: it is not empty.
  Pacer(const Pace& pace, const pcap::Capture& capture);

  /// Nanoseconds after the start of the send at which packet `index` (0 is the first; counts on
  /// over repetitions of the capture) departs. Never falls with `index`. Saturates.
  std::uint64_t departure_ns(std::uint64_t index) const;

  /// How many packets, from number `next` on and at most `most`, are due when `elapsed_ns` have
  /// passed since the start.
  std::uint64_t due(std::uint64_t next, std::uint64_t elapsed_ns, std::uint64_t most) const;

  /// Open loop: a packet departs at its time or is refused. Otherwise the send waits for room.
  bool open_loop() const { return kind_ != Pace::Kind::kAsap; }

 private:
  void take_times(const pcap::Capture& capture);

  Pace::Kind kind_;
  /// kRate: nanoseconds per packet; kTiming: nanoseconds of the send per nanosecond of the capture.
  long double scale_ = 0;
  std::vector<std::uint64_t> offset_ns_;  ///< kTiming: since the first packet; never falls
  std::uint64_t period_ns_ = 0;           ///< kTiming: from one repetition to the next
};

}  // namespace ringside::wire
