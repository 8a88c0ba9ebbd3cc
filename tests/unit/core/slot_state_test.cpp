// SPDX-License-Identifier: BSD-3-Clause
#include "core/slot_state.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace ringside {
namespace {

using shared::SlotState;

// Written out a second time, as sentences instead of as a table: every pair that is not here is
// forbidden.
const std::map<std::pair<SlotState, SlotEvent>, SlotState> kAllowed = {
    {{SlotState::kAbsent, SlotEvent::kClaim}, SlotState::kJoining},
    {{SlotState::kJoining, SlotEvent::kAdmit}, SlotState::kActive},
    {{SlotState::kJoining, SlotEvent::kRefuse}, SlotState::kAbsent},
    {{SlotState::kJoining, SlotEvent::kLeave}, SlotState::kLeaving},
    {{SlotState::kJoining, SlotEvent::kGone}, SlotState::kDead},
    {{SlotState::kActive, SlotEvent::kStall}, SlotState::kSuspect},
    {{SlotState::kActive, SlotEvent::kLeave}, SlotState::kLeaving},
    {{SlotState::kActive, SlotEvent::kGone}, SlotState::kDead},
    {{SlotState::kSuspect, SlotEvent::kMoveAgain}, SlotState::kActive},
    {{SlotState::kSuspect, SlotEvent::kLeave}, SlotState::kLeaving},
    {{SlotState::kSuspect, SlotEvent::kGone}, SlotState::kDead},
    {{SlotState::kLeaving, SlotEvent::kGone}, SlotState::kDead},
    {{SlotState::kLeaving, SlotEvent::kSettled}, SlotState::kReleased},
    {{SlotState::kReleased, SlotEvent::kGone}, SlotState::kDead},
    {{SlotState::kDead, SlotEvent::kCleared}, SlotState::kAbsent},
};

TEST(SlotState, FollowsTheListCellByCellTheForbiddenOnesToo) {
  std::size_t allowed = 0;
  for (const SlotState state : kSlotStates) {
    for (const SlotEvent event : kSlotEvents) {
      const auto expected = kAllowed.find({state, event});
      const auto next = next_state(state, event);
      const std::string cell = std::string(to_text(state)) + ", " + to_text(event);
      if (expected == kAllowed.end()) {
        EXPECT_EQ(next, std::nullopt) << cell;
      } else {
        EXPECT_EQ(next, expected->second) << cell;
      }
      allowed += next.has_value();
    }
  }
  EXPECT_EQ(allowed, kAllowed.size());
}

TEST(SlotState, ListsEveryStateAndEventOnceUnderItsNumber) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kSlotStates.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kSlotStates[i]), i);
    names.insert(to_text(kSlotStates[i]));
  }
  for (std::size_t i = 0; i < kSlotEvents.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kSlotEvents[i]), i);
    names.insert(to_text(kSlotEvents[i]));
  }
  EXPECT_EQ(names.size(), kSlotStates.size() + kSlotEvents.size());
  EXPECT_EQ(names.count("unknown"), 0u);
}

TEST(SlotState, OfANumberThatIsNoneForbidsEverything) {
  for (const SlotEvent event : kSlotEvents) {
    EXPECT_EQ(next_state(static_cast<SlotState>(7), event), std::nullopt);
    EXPECT_EQ(next_state(static_cast<SlotState>(0xffffffff), event), std::nullopt);
  }
  EXPECT_STREQ(to_text(static_cast<SlotState>(99)), "unknown");
}

TEST(SlotState, ComesBackToAbsentFromEverywhere) {
  // No state is a trap: the process ends, the server clears up.
  for (SlotState state : kSlotStates) {
    if (const auto dead = next_state(state, SlotEvent::kGone)) state = *dead;
    if (state == SlotState::kAbsent) continue;
    EXPECT_EQ(next_state(state, SlotEvent::kCleared), SlotState::kAbsent) << to_text(state);
  }
}

}  // namespace
}  // namespace ringside
