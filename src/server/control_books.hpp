// SPDX-License-Identifier: BSD-3-Clause
// What became of the messages of clients, and what was done about those that hung or broke the
// rules.
#pragma once

#include <array>
#include <cstdint>

#include "core/control_message.hpp"

namespace ringside::server {

struct ControlBooks {
  std::uint64_t joins = 0;       ///< requests granted; one that was repeated counts again
  std::uint64_t leaves = 0;      ///< followed; repeated ones count again
  std::uint64_t heartbeats = 0;  ///< of clients that hold their slot
  std::uint64_t requests = 0;    ///< client_request, answered
  std::uint64_t unanswered = 0;  ///< answers that their receiver did not take
  std::uint64_t suspected = 0;   ///< times that a client did not move
  std::uint64_t evicted = 0;     ///< clients killed for it
  std::array<std::uint64_t, control::kRefusals> refused{};  ///< by control::Refusal
};

}  // namespace ringside::server
