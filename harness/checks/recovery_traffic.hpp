// SPDX-License-Identifier: BSD-3-Clause
// What deaths did to the traffic, by what came out, when, and whose mark it bore.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/checks/evidence.hpp"
#include "harness/checks/stretches.hpp"

namespace ringside::harness {

/// A client that died, and what is known of it. Times are CLOCK_MONOTONIC.
struct Death {
  unsigned client = 0;
  std::int64_t pid = 0;
  std::uint64_t seen_ns = 0;               ///< by the server
  std::optional<std::uint64_t> killed_ns;  ///< by the harness
  std::uint64_t packets = 0;               ///< re-dispatched to others
  std::uint64_t lost = 0;                  ///< in its hands

  /// The first packet of its flows that another client forwarded, or the next one of its id;
  /// nullopt: nothing of its flows came any more, or nobody could see.
  std::optional<std::uint64_t> again_ns;
  /// Packets delayed (re-dispatched) or lost, over the rate at which packets came out before it.
  std::optional<double> blocked_ms;
  /// The longest time for which nothing came of one of the clients that lived on, from the death to
  /// the next one, or until that client was stopped or left.
  std::optional<double> pause_ms;
  std::uint64_t flows = 0;  ///< seen with their owner before the death, and before the next change
  std::uint64_t moved = 0;  ///< of these: seen with another client then
  std::uint64_t least = 0;  ///< of these: were the dead client's, so had to move
};

class RecoveryTraffic {
 public:
  /// `evidence` must outlive this.
  explicit RecoveryTraffic(const Evidence& evidence);
  /// Fills in what the traffic says. `deaths`: in their order.
  void measure(std::vector<Death>& deaths) const;
  /// Why it says nothing; "" when it does.
  std::string why_blind() const;
  /// When the first packet came, from then on, that bears the mark of `client`.
  std::optional<std::uint64_t> first_packet(unsigned client, std::uint64_t from_ns) const;

 private:
  /// A packet that came out.
  struct Seen {
    std::uint64_t time_ns;
    std::uint32_t flow;
    std::uint8_t client;
  };
  class Sweep;

  void collect();
  std::optional<double> packets_per_ms(std::uint64_t before_ns) const;
  std::uint64_t next_change(std::uint64_t after_ns) const;
  std::uint64_t works_until(ClientId id, std::uint64_t since_ns) const;
  void measure_pause(Death& death, std::optional<std::uint64_t> until_ns) const;

  const Evidence& evidence_;
  const bool flows_have_owners_;
  Stretches stretches_;
  std::vector<Seen> seen_;  ///< by time; empty when there are no flows, marks or times to go by
  std::array<std::vector<std::uint64_t>, kMaxClients> times_;  ///< by client: those of seen_
};

}  // namespace ringside::harness
