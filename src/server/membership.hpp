// SPDX-License-Identifier: BSD-3-Clause
// Which clients are there. Watches the claims in the shared block, answers them, and says who gets
// packets. Called by the control loop only.
//
// The life of a slot is the table in core/slot_state.hpp. The end of a client's process is seen by
// a ProcessWatch; what it owed is then recovered by the receivers, and the slot is free again.
#pragma once

#include <array>
#include <functional>

#include "core/client_set.hpp"
#include "core/shared_layout.hpp"
#include "core/slot_claim.hpp"
#include "core/slot_state.hpp"
#include "dpdk/log.hpp"
#include "server/process_watch.hpp"

namespace ringside::server {

class Membership {
 public:
  /// `owes_nothing(id)`: receivers hand nothing more to the client, and all it had came back or was
  /// recovered.
  Membership(shared::SharedInfo& info, const dpdk::Log& log, ProcessWatch& watch,
             std::function<bool(ClientId)> owes_nothing)
      : info_(info), log_(log), watch_(watch), owes_nothing_(std::move(owes_nothing)) {}

  /// Looks at every slot once. True when active() or dead() has changed.
  bool poll(bool stopping);

  /// Clients that get packets.
  ClientSet active() const { return active_; }
  /// Clients that died and whose packets are not recovered yet.
  ClientSet dead() const { return dead_; }
  /// Entries of the shared block that some process still holds, the wire's among them: it uses the
  /// rings that the server is about to free.
  unsigned held() const;

 private:
  void poll_slot(ClientId id, bool stopping);
  void bury(ClientId id);
  void clear(ClientId id);
  /// Frees the claim of a process that ended.
  void free_claim(ClientId id);
  void watch(ClientId id, std::uint32_t pid);
  void admit_or_refuse(ClientId id, std::uint32_t generation, bool stopping);
  shared::SlotState state(ClientId id) const;
  bool wire_there() const;
  /// Moves the slot by the table; a forbidden event changes nothing.
  void move(ClientId id, SlotEvent event);
  /// The first lcore id of the newcomer that somebody else uses, or -1.
  int taken_lcore(ClientId id) const;

  shared::SharedInfo& info_;
  const dpdk::Log& log_;
  ProcessWatch& watch_;
  std::function<bool(ClientId)> owes_nothing_;
  ClientSet active_;
  ClientSet dead_;
  std::array<ClaimWord, kMaxClients> watched_{};  // whose process is watched
};

}  // namespace ringside::server
