// SPDX-License-Identifier: BSD-3-Clause
// The steps of a client's life, and in a build of its own (RINGSIDE_CRASH_POINTS) the power to die
// exactly at one of them: `--crash-at POINT:PACKETS`. In the product nothing of it is left.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "client/handler.hpp"
#include "core/result.hpp"
#include "dpdk/ring_end.hpp"

namespace ringside::client {

enum class Step : std::uint8_t {
  kBeforeJoin,         ///< nothing has been asked yet
  kAdmitted,           ///< the server has answered
  kTied,               ///< heartbeats go out, no packet was taken yet
  kAsleep,             ///< the server is to wake it
  kBeforeDequeue,      ///< the turn is counted
  kDequeueReserved,    ///< the work ring's head is moved
  kDequeueCopied,      ///< and the packets are read, its tail is not moved
  kAfterDequeue,       ///< not counted as received
  kBeforeHandler,      ///< counted
  kInPacket,           ///< a packet has its port and not its mark
  kInHandler,          ///< half of a small burst is handled
  kAfterHandler,       ///< nothing of it is on the return ring
  kEnqueueReserved,    ///< the return ring's head is moved
  kEnqueueHalfCopied,  ///< half of the pointers are written
  kEnqueueCopied,      ///< all are, the tail is not moved
  kEnqueueHalfDone,    ///< half of the burst can be seen, the rest is not on the ring
  kAfterEnqueue,       ///< not counted as done
  kAfterDone,          ///< counted
  kRunBegun,           ///< direct mode: written down, nothing is sent
  kRunSent,            ///< the driver has taken them, that is not counted
  kRunCounted,         ///< counted, and not written down as done
  kBeforeHeartbeat,
  kAfterHeartbeat,
  kLeaveAsked,  ///< asked to end, the server does not know
  kLeaveSent,   ///< it may know; packets are still on the work ring
  kLetGo        ///< the slot is free
};

#ifdef RINGSIDE_CRASH_POINTS

/// Takes `--crash-at POINT:PACKETS` out of `words`: die at POINT once so many packets have been
/// taken; in the join at once; in the leave after being asked to end, as by SIGINT, with so many
/// packets. It leaves a file `crashed` in the working directory, and whoever finds that lives: a
/// harness starts the next one with the same words. Error kUsage.
Status take_crash_option(std::vector<std::string>& words);
/// This step is reached.
void pass(Step step);

/// As the ends' own, and passes their steps. `in_steps`: begin_dequeue(), which has none.
unsigned dequeue(dpdk::ConsumerEnd& ring, std::span<dpdk::Packet> packets, bool in_steps);
unsigned enqueue(dpdk::ProducerEnd& ring, std::span<const dpdk::Packet> packets);
/// Handles packets in two halves.
void handle(HandleFn function, const Handler& handler, std::span<dpdk::Packet> packets);

#else

inline Status take_crash_option(std::vector<std::string>&) {
  return Done{};
}
inline void pass(Step) {}

inline unsigned dequeue(dpdk::ConsumerEnd& ring, std::span<dpdk::Packet> packets, bool in_steps) {
  return in_steps ? ring.begin_dequeue(packets) : ring.dequeue(packets);
}
inline unsigned enqueue(dpdk::ProducerEnd& ring, std::span<const dpdk::Packet> packets) {
  return ring.enqueue(packets);
}
inline void handle(HandleFn function, const Handler& handler, std::span<dpdk::Packet> packets) {
  function(handler, packets);
}

#endif

}  // namespace ringside::client
