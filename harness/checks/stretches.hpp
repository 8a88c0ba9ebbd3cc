// SPDX-License-Identifier: BSD-3-Clause
// Who got packets from one change among the clients to the next, by the server's own events.
//
// The server notes an event before its receivers act by it, and a receiver acts by the clients of
// one stretch after the other. So the packets of a flow come out as if they walked through the
// stretches, never back, each with the client that owns the flow in its stretch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/client_set.hpp"
#include "harness/checks/evidence.hpp"

namespace ringside::harness {

struct Stretch {
  std::uint64_t begin_ns = 0;  ///< CLOCK_MONOTONIC
  ClientSet active;
  std::string event;  ///< that began it: "rejoin of client 1"
};

class Stretches {
 public:
  /// Reads the events of the server's statistics. `evidence` must outlive this.
  explicit Stretches(const Evidence& evidence);

  /// Why there are none; "" when there are.
  const std::string& why_none() const { return why_none_; }
  /// In their order, from the moment at which reception began.
  const std::vector<Stretch>& all() const { return all_; }

  /// The client that a unit belongs to (a flow by its number, or with the port policy an input
  /// port); kNone when nobody is there. Precondition: the policy is one that gives units to
  /// clients.
  std::uint32_t owner(std::size_t stretch, std::uint32_t unit) const;

 private:
  void read_events(const std::vector<ServerEvent>& events);
  void find_owners(ClientSet active);

  const Evidence& evidence_;
  std::string why_none_;
  std::vector<Stretch> all_;
  /// By ClientSet::bits(), then unit: few sets occur, however many stretches there are.
  std::unordered_map<std::uint32_t, std::vector<std::uint8_t>> owners_;
};

}  // namespace ringside::harness
