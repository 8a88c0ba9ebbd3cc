// SPDX-License-Identifier: BSD-3-Clause
// A client's place in the shared block: claimed, answered by the server, given back.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/shared_layout.hpp"

namespace ringside::client {

class Slot {
 public:
  /// Claims the slot of `id` and waits for the server's answer. Errors: kUsage when the server has
  /// no such id, kEnvironment when it is taken or refused, kTimedOut when the server does not
  /// answer within `wait`, kInterrupted when `cancelled` says so.
  static Result<Slot> join(shared::SharedInfo& info, ClientId id, const shared::LcoreSet& lcores,
                           unsigned numa_node, std::chrono::nanoseconds wait,
                           const std::function<bool()>& cancelled);

  Slot(Slot&& other) noexcept
      : slot_(std::exchange(other.slot_, nullptr)), generation_(other.generation_) {}
  Slot& operator=(Slot&&) = delete;
  /// Gives the slot back, whatever the server thinks of it.
  ~Slot();

  /// Asks the server to send no more packets; go on working until has_left().
  void ask_to_leave();
  /// The server has everything back that it had handed to this client.
  bool has_left() const;

  std::uint32_t generation() const { return generation_; }
  shared::ClientSlot& shared() const { return *slot_; }

 private:
  Slot(shared::ClientSlot* slot, std::uint32_t generation) : slot_(slot), generation_(generation) {}
  shared::ClientSlot* slot_;
  std::uint32_t generation_;
};

}  // namespace ringside::client
