// SPDX-License-Identifier: BSD-3-Clause
// The application's part of mp_client's command line.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "client/handler.hpp"
#include "core/idle.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"

namespace ringside::client {

struct Options {
  ClientId id;
  HandlerConfig handler;
  std::optional<unsigned> burst;  ///< not given: what suits the server
  IdleMode idle = IdleMode::kAdaptive;
  std::chrono::nanoseconds wait = std::chrono::seconds(10);
  bool reconnect = false;
};

/// `words`: what stands after "--". Error kUsage with one sentence.
Result<Options> parse_options(const std::vector<std::string>& words);

/// Text of --help.
std::string help();

}  // namespace ringside::client
