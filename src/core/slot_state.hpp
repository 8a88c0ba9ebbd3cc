// SPDX-License-Identifier: BSD-3-Clause
// The life of a client's slot as a table: what may follow what. The server is the only one who
// moves a slot (shared::SlotVerdict::state); events come from the client's messages and from
// watching its process.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/shared_layout.hpp"

namespace ringside {

enum class SlotEvent : std::uint8_t {
  kClaim,      ///< a client asks for the free slot
  kAdmit,      ///< the server accepts it: packets may go to it
  kRefuse,     ///< the server turns it away; nothing was handed to it
  kStall,      ///< no progress for the heartbeat timeout
  kMoveAgain,  ///< a suspect makes progress
  kLeave,      ///< the client wishes to go: it gets no new packets and finishes what it has
  kSettled,    ///< it has given back all that it had
  kGone,       ///< nobody is left who could use its rings: it has let go, or its process has ended
  kCleared     ///< nothing of this client is left on its rings
};

inline constexpr std::array kSlotStates{shared::SlotState::kAbsent,  shared::SlotState::kJoining,
                                        shared::SlotState::kActive,  shared::SlotState::kSuspect,
                                        shared::SlotState::kLeaving, shared::SlotState::kReleased,
                                        shared::SlotState::kDead};
inline constexpr std::array kSlotEvents{
    SlotEvent::kClaim,   SlotEvent::kAdmit,     SlotEvent::kRefuse,
    SlotEvent::kStall,   SlotEvent::kMoveAgain, SlotEvent::kLeave,
    SlotEvent::kSettled, SlotEvent::kGone,      SlotEvent::kCleared};

/// The state after `event`, or nothing where the event is forbidden: then the slot stays as it is
/// and the caller has a defect, or a client breaks the protocol. `state` may be any number, as read
/// from shared memory; one that is no state forbids everything.
std::optional<shared::SlotState> next_state(shared::SlotState state, SlotEvent event);

/// "absent", "joining", "active", "suspect", "leaving", "released", "dead".
const char* to_text(shared::SlotState state);
/// "claim", "admit", ...
const char* to_text(SlotEvent event);

}  // namespace ringside
