// SPDX-License-Identifier: BSD-3-Clause
// What mp_wire answers: one JSON object per line (docs/interfaces.md). Every function returns the
// line without its newline.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wire/protocol.hpp"

namespace ringside::wire {

/// Why a send ends or does not begin.
inline constexpr const char* kServerStopped = "the server has stopped; it receives no more";

/// What became of a send.
struct SendOutcome {
  std::uint64_t sent = 0;     ///< accepted by the port's ring
  std::uint64_t refused = 0;  ///< found the ring full, or no mbuf
  std::uint64_t duration_ns = 0;
};

/// Latency of what a port put out, in nanoseconds.
struct LatencySummary {
  std::uint64_t count = 0, min = 0, p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0;
};

/// Totals of one port since the wire's start.
struct PortReport {
  std::uint64_t sent = 0, refused = 0, captured = 0;
  bool sending = false;
  LatencySummary latency;
};

/// The clock of captures, and CLOCK_MONOTONIC at the same moment.
struct Clocks {
  std::uint64_t capture_ns = 0, monotonic_ns = 0;
};

/// The first line out.
std::string ready_line(unsigned ports);

std::string ok_reply(const Tag& tag);
std::string error_reply(const Tag& tag, std::string_view sentence);
std::string load_reply(const Tag& tag, std::uint64_t packets, std::uint64_t bytes);
std::string send_reply(const Tag& tag, const SendOutcome& outcome);
/// A send that ended early for a reason that is not the user's; what it did is still told.
std::string failed_send_reply(const Tag& tag, const SendOutcome& outcome,
                              std::string_view sentence);
std::string stop_capture_reply(const Tag& tag, std::uint64_t packets);
std::string report_reply(const Tag& tag, std::span<const PortReport> ports, const Clocks& clocks);

}  // namespace ringside::wire
