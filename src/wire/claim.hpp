// SPDX-License-Identifier: BSD-3-Clause
// The wire's entry in the shared block: there is one wire, and its lcore ids are known to be taken.
#pragma once

#include <cstdint>
#include <functional>

#include "core/result.hpp"
#include "core/shared_layout.hpp"
#include "core/slot_claim.hpp"

namespace ringside::wire {

/// Holds SharedInfo::wire until it goes out of scope.
class WireClaim {
 public:
  /// Takes the entry for the process that `mine` names, whose lcores are `lcores`. An entry whose
  /// process is gone, by `alive`, is taken over. Errors kEnvironment: another wire lives, or an
  /// lcore id of ours belongs to the server or to a client.
  static Result<WireClaim> take(shared::SharedInfo& info, ClaimWord mine,
                                const shared::LcoreSet& lcores,
                                const std::function<bool(ClaimWord)>& alive);

  WireClaim(WireClaim&& other) noexcept : slot_(other.slot_), mine_(other.mine_) {
    other.slot_ = nullptr;
  }
  WireClaim& operator=(WireClaim&&) = delete;
  ~WireClaim();

 private:
  WireClaim(shared::WireSlot& slot, ClaimWord mine) : slot_(&slot), mine_(mine) {}
  shared::WireSlot* slot_;
  ClaimWord mine_;
};

}  // namespace ringside::wire
