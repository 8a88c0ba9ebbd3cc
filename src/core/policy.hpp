// SPDX-License-Identifier: BSD-3-Clause
// Who gets a packet. A policy is one function, one enumerator and one row of the table in
// policy.cpp; the server keeps the function's pointer, and a test can put a wrong one in its place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/assignment.hpp"
#include "core/bucket_table.hpp"
#include "core/client_set.hpp"
#include "core/flow_key.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"

namespace ringside {

enum class Policy : std::uint8_t { kRoundRobin, kFlowHash, kSymmetricFlowHash, kPort };

/// What a policy sees of a packet.
struct PacketView {
  const std::byte* data = nullptr;  ///< destination MAC
  std::uint16_t length = 0;         ///< readable bytes at `data` (the first segment)
  PortIndex port{};                 ///< received on
  /// Length of the whole packet when it has more segments; what is below `length` counts as
  /// `length`.
  std::uint32_t packet_length = 0;
};

/// Packets that were assigned by the Ethernet rule or from a cut packet; see ParseNote.
struct ParseCounters {
  std::uint64_t truncated = 0;
  std::uint64_t malformed = 0;
};

/// What dispatching remembers between bursts. One owner, one thread; not copied on the packet path
/// (64 KiB of buckets).
class DispatchState {
 public:
  /// Clients that get packets from now on. The round robin goes on from where it was.
  void set_active(ClientSet active);
  ClientSet active() const { return active_; }

  /// The i-th active client in ascending order; i < active().size().
  ClientId active_at(std::size_t i) const { return ids_[i]; }
  const BucketTable& buckets() const { return buckets_; }

  /// The next client of the round robin, which moves on. Goes on over bursts and over ports.
  /// Precondition: !active().empty().
  ClientId next_in_turn() {
    const ClientId id = ids_[turn_];
    if (++turn_ == count_) turn_ = 0;
    return id;
  }

  /// As next_in_turn() for `packets` of them: the i-th of the next active().size() turns, and every
  /// active().size()-th after it, is in_turn(i)'s. Call before pass_turns().
  ClientId in_turn(std::size_t i) const {
    const std::size_t at = turn_ + i;
    return ids_[at < count_ ? at : at - count_];
  }
  void pass_turns(std::size_t packets) { turn_ = (turn_ + packets) % count_; }

  ParseCounters parse;

 private:
  ClientSet active_;
  std::array<ClientId, kMaxClients> ids_{};  // active_, ascending
  std::size_t count_ = 0;
  std::size_t turn_ = 0;  // index into ids_, < count_ unless that is 0
  BucketTable buckets_;
};

/// Writes what becomes of packets[i] to assigned[i]. Every packet gets an owner; whether its ring
/// has room is the caller's affair.
/// Preconditions: assigned.size() >= packets.size(); !state.active().empty(): with nobody to serve
/// the caller must not receive at all, and these functions do not look.
using AssignFn = void (*)(DispatchState& state, std::span<const PacketView> packets,
                          std::span<Assignment> assigned);

AssignFn assign_function(Policy policy);

/// The function of the policy looks at PacketView::data, not only at the port.
bool reads_packets(Policy policy);

/// The policy goes by turns alone, DispatchState::in_turn(): whole bursts can be dealt out.
inline bool deals_in_turn(Policy policy) {
  return policy == Policy::kRoundRobin;
}

/// Packets that came in by one port have one owner now.
inline bool keeps_ports_together(Policy policy, const DispatchState& state) {
  return policy == Policy::kPort || state.active().size() == 1;
}

/// Who owns the packets of a bucket now; nothing for the round robin, where anybody may have any.
/// Precondition: !state.active().empty().
std::optional<ClientId> bucket_owner(Policy policy, const DispatchState& state,
                                     std::uint16_t bucket);

/// The name on the command line: "round-robin", ...
std::string_view to_text(Policy policy);
/// Error: lists the names.
Result<Policy> parse_policy(std::string_view text);
/// All policies, for help texts and tests.
std::span<const Policy> all_policies();

}  // namespace ringside
