// SPDX-License-Identifier: BSD-3-Clause
// What `ringside explain` answers; explain_command.cpp is the command around it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace ringside::harness {

struct ExplainOptions {
  std::string capture{};                  ///< a capture file ...
  std::optional<std::uint64_t> packet{};  ///< ... and a packet of it, counted from 1
  std::string flow{};                     ///< or a flow in words
  unsigned clients = 0;
  std::string policy = "round-robin";
  unsigned port = 0;  ///< port index
  bool json = false;
};

/// What `ringside explain` prints, or why it cannot.
Result<std::string> explain_text(const ExplainOptions& options);

}  // namespace ringside::harness
