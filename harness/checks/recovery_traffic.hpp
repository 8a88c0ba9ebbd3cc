// SPDX-License-Identifier: BSD-3-Clause
// What changes among the clients did to the traffic, by what came out, when, and whose mark it
// bore.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/checks/evidence.hpp"
#include "harness/checks/stretches.hpp"

namespace ringside::harness {

/// How it changed who gets packets.
enum class ChangeKind : std::uint8_t { kDeath, kLeave, kSuspect, kRejoin, kResume };

/// A client that came or went, and what is known of it. Times are CLOCK_MONOTONIC.
struct Change {
  ChangeKind kind = ChangeKind::kDeath;
  unsigned client = 0;
  std::int64_t pid = 0;
  std::uint64_t seen_ns = 0;               ///< by the server
  std::optional<std::uint64_t> struck_ns;  ///< by the harness, with the signal that is its cause
  std::uint64_t packets = 0;               ///< re-dispatched to others
  std::uint64_t lost = 0;                  ///< in its hands
  /// A suspect: when its process was let go on, or else seen to move again.
  std::optional<std::uint64_t> goes_on_ns;

  bool departs() const { return kind != ChangeKind::kRejoin && kind != ChangeKind::kResume; }
  /// From when on nothing is to be had of it. One that leaves serves until the server knows.
  std::uint64_t begin_ns() const {
    return kind == ChangeKind::kLeave ? seen_ns : struck_ns.value_or(seen_ns);
  }

  /// The first packet of its flows that another client forwarded, or the next one of its id, or it
  /// itself when it is back; nullopt: nothing of its flows came any more, or nobody could see.
  std::optional<std::uint64_t> again_ns;
  /// Of a leave or a suspect: packets that came out after others that had gone in later, since they
  /// were in its hands while it stood still, or waited for what it had of their flows.
  std::uint64_t delayed = 0;
  /// Packets re-dispatched, delayed or lost, over the rate at which packets came out before it (the
  /// last 256, of a leave or a suspect those of the last second); and for as long as nobody was
  /// left to have packets, all that were offered.
  std::optional<double> blocked_ms;
  /// The longest time for which nothing came of one of the clients that lived on, from the change
  /// to the next death (of a leave or a suspect: departure), or until that client was stopped or
  /// left.
  std::optional<double> pause_ms;
  std::uint64_t flows = 0;  ///< seen with their owner before the change, and before the next one
  std::uint64_t moved = 0;  ///< of these: seen with another client then
  std::uint64_t least = 0;  ///< of these: were the client's, or became so, and had to move
  /// Flows seen before the change, be it with their owner or not since an earlier one, and then;
  /// and of these those that were not with their owner any more.
  std::uint64_t all_flows = 0, all_moved = 0;
  std::size_t clients = 0;  ///< among which flows were shared out before; 0: nobody knows
};

class RecoveryTraffic {
 public:
  /// `evidence` must outlive this.
  explicit RecoveryTraffic(const Evidence& evidence);
  /// Fills in what the traffic says. `changes`: in their order.
  void measure(std::vector<Change>& changes) const;
  /// Why it says nothing; "" when it does.
  std::string why_blind() const;
  /// When the first packet came, from then on, that bears the mark of `client`.
  std::optional<std::uint64_t> first_packet(unsigned client, std::uint64_t from_ns) const;

 private:
  /// A packet that came out.
  struct Seen {
    std::uint64_t time_ns;
    std::uint32_t flow;
    std::uint32_t sent;  ///< place among those that went in at its port; kNone: not known
    std::uint8_t client;
    std::uint8_t port;  ///< position in Observation::ports of the one it came out of
  };
  class Delays;
  class Sweep;

  void collect();
  std::vector<std::uint32_t> places_sent(const PortEvidence& port) const;
  std::optional<double> packets_per_ms(const Change& before) const;
  std::uint64_t next_change(std::uint64_t after_ns) const;
  double outage_ms(const Change& change) const;
  std::uint64_t works_until(ClientId id, std::uint64_t since_ns) const;
  void measure_pause(Change& change, std::optional<std::uint64_t> until_ns) const;

  const Evidence& evidence_;
  const bool flows_have_owners_;
  Stretches stretches_;
  std::vector<Seen> seen_;  ///< by time; empty when there are no flows, marks or times to go by
  std::array<std::vector<std::uint64_t>, kMaxClients> times_;  ///< by client: those of seen_
};

}  // namespace ringside::harness
