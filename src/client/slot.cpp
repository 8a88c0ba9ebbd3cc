// SPDX-License-Identifier: BSD-3-Clause
#include "client/slot.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "core/idle.hpp"
#include "core/slot_claim.hpp"

namespace ringside::client {
namespace {

using shared::Refusal;
using shared::SlotState;

/// Has the server spoken of `generation`?
bool answered(const shared::SlotVerdict& verdict, std::uint32_t generation) {
  // acquire: pairs with the release in server/membership.cpp; state and refusal are valid after it.
  return verdict.generation.load(std::memory_order_acquire) == generation;
}

Error refused(const shared::SlotVerdict& verdict, ClientId id) {
  switch (static_cast<Refusal>(verdict.refusal.load(std::memory_order_relaxed))) {
    case Refusal::kLcoreTaken:
      return environment_error(fmt::format(
          "the server refused client {}: lcore id {} is already used by another process of this "
          "server; give every process its own, for example --lcores {}@1",
          id.value, verdict.refusal_detail, 32 + id.value));
    case Refusal::kStopping:
      return environment_error("the server is stopping; start it again first");
    case Refusal::kNone:
      break;
  }
  return Error{fmt::format("the server refused client {} without a reason", id.value),
               ExitCode::kInternal};
}

}  // namespace

Result<Slot> Slot::join(shared::SharedInfo& info, ClientId id, const shared::LcoreSet& lcores,
                        unsigned numa_node, std::chrono::nanoseconds wait,
                        const std::function<bool()>& cancelled) {
  if (id.value >= info.clients) {
    return Error{fmt::format(
        "client id {} does not exist: the server was started with -n {}, ids are 0 ... {}; choose "
        "one of them or start the server with a larger -n",
        id.value, info.clients, info.clients - 1)};
  }
  shared::ClientSlot& shared = info.client[id.value];
  ClaimWord holder;
  const auto generation =
      take_claim(shared.claim.claim, static_cast<std::uint32_t>(::getpid()), holder);
  if (!generation) {
    return environment_error(
        fmt::format("client id {} is taken by process {}; end that one first or choose another -n",
                    id.value, holder.pid));
  }
  Slot slot(&shared, *generation);
  shared.claim.lcores = lcores;
  shared.claim.numa_node = numa_node;
  // release: pairs with the acquire in server/membership.cpp, which then reads the lines above.
  shared.claim.wish.store(static_cast<std::uint32_t>(SlotState::kActive),
                          std::memory_order_release);
  const bool spoken =
      poll_until(wait, [&] { return cancelled() || answered(shared.verdict, *generation); });
  if (cancelled()) return Error{"interrupted while joining", ExitCode::kInterrupted};
  if (!spoken) {
    return Error{fmt::format("the server did not answer client {} within {:.3g} s; see whether it "
                             "is stopped (SIGSTOP) or gone",
                             id.value, std::chrono::duration<double>(wait).count()),
                 ExitCode::kTimedOut};
  }
  if (shared.verdict.state.load(std::memory_order_relaxed) !=
      static_cast<std::uint32_t>(SlotState::kActive)) {
    return refused(shared.verdict, id);
  }
  return slot;
}

Slot::~Slot() {
  if (slot_ == nullptr) return;
  slot_->claim.wish.store(static_cast<std::uint32_t>(SlotState::kAbsent),
                          std::memory_order_relaxed);
  give_back_claim(slot_->claim.claim, generation_);
}

void Slot::ask_to_leave() {
  slot_->claim.wish.store(static_cast<std::uint32_t>(SlotState::kLeaving),
                          std::memory_order_release);  // pairs: server/membership.cpp
}

bool Slot::has_left() const {
  return slot_->verdict.state.load(std::memory_order_acquire) ==  // pairs: server/membership.cpp
         static_cast<std::uint32_t>(SlotState::kAbsent);
}

}  // namespace ringside::client
