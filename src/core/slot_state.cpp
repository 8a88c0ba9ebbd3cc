// SPDX-License-Identifier: BSD-3-Clause
#include "core/slot_state.hpp"

namespace ringside {

namespace {

using State = shared::SlotState;
using Cell = std::optional<State>;

constexpr Cell kNo = std::nullopt;
constexpr Cell kAbsent = State::kAbsent, kJoining = State::kJoining, kActive = State::kActive,
               kSuspect = State::kSuspect, kLeaving = State::kLeaving, kReleased = State::kReleased,
               kDead = State::kDead;

// clang-format off
constexpr Cell kTable[kSlotStates.size()][kSlotEvents.size()] = {
    //              claim     admit    refuse   stall     move     leave     settled    gone   cleared
    /* absent   */ {kJoining, kNo,     kNo,     kNo,      kNo,     kNo,      kNo,       kNo,   kNo},
    /* joining  */ {kNo,      kActive, kAbsent, kNo,      kNo,     kLeaving, kNo,       kDead, kNo},
    /* active   */ {kNo,      kNo,     kNo,     kSuspect, kNo,     kLeaving, kNo,       kDead, kNo},
    /* suspect  */ {kNo,      kNo,     kNo,     kNo,      kActive, kLeaving, kNo,       kDead, kNo},
    /* leaving  */ {kNo,      kNo,     kNo,     kNo,      kNo,     kNo,      kReleased, kDead, kNo},
    /* released */ {kNo,      kNo,     kNo,     kNo,      kNo,     kNo,      kNo,       kDead, kNo},
    /* dead     */ {kNo,      kNo,     kNo,     kNo,      kNo,     kNo,      kNo,       kNo,   kAbsent},
};
// clang-format on

}  // namespace

std::optional<shared::SlotState> next_state(shared::SlotState state, SlotEvent event) {
  const auto row = static_cast<std::size_t>(state);
  if (row >= kSlotStates.size()) return kNo;
  return kTable[row][static_cast<std::size_t>(event)];
}

const char* to_text(shared::SlotState state) {
  switch (state) {
    case State::kAbsent:
      return "absent";
    case State::kJoining:
      return "joining";
    case State::kActive:
      return "active";
    case State::kSuspect:
      return "suspect";
    case State::kLeaving:
      return "leaving";
    case State::kReleased:
      return "released";
    case State::kDead:
      return "dead";
  }
  return "unknown";
}

const char* to_text(SlotEvent event) {
  switch (event) {
    case SlotEvent::kClaim:
      return "claim";
    case SlotEvent::kAdmit:
      return "admit";
    case SlotEvent::kRefuse:
      return "refuse";
    case SlotEvent::kStall:
      return "stall";
    case SlotEvent::kMoveAgain:
      return "move again";
    case SlotEvent::kLeave:
      return "leave";
    case SlotEvent::kSettled:
      return "settled";
    case SlotEvent::kGone:
      return "gone";
    case SlotEvent::kCleared:
      return "cleared";
  }
  return "unknown";
}

}  // namespace ringside
