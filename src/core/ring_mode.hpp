// SPDX-License-Identifier: BSD-3-Clause
// How the rings between server and client let several producers or consumers in (--ring-mode), and
// which of these modes a given number of them may use. Guide: DPDK Programmer's Guide, Ring
// Library.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/result.hpp"

namespace ringside {

enum class RingMode : std::uint8_t {
  kSpSc,   ///< one producer, one consumer: no atomic read-modify-write at all
  kMpSc,   ///< many producers, one consumer
  kSpMc,   ///< one producer, many consumers
  kMpMc,   ///< many of both; a preempted one holds up the others (DPDK's default)
  kMpRts,  ///< many of both, relaxed tail: the last to finish moves the tail for all
  kHts     ///< many of both, head and tail in step: one at a time
};

/// Who uses one ring at the same time.
struct RingTopology {
  unsigned producers = 1;
  unsigned consumers = 1;
  /// What a consumer that is killed had just taken must be seen on the ring still.
  bool consumer_keeps = false;
};

bool many_producers(RingMode mode);
bool many_consumers(RingMode mode);

/// Success, or the reason why `mode` would corrupt or leak from a ring that is used like this. A
/// mode for many is allowed for one, only slower.
Status check(RingMode mode, RingTopology topology);

/// The name on the command line: "sp-sc", ...
std::string_view to_text(RingMode mode);
/// Error: lists the names.
Result<RingMode> parse_ring_mode(std::string_view text);
std::span<const RingMode> all_ring_modes();

}  // namespace ringside
