// SPDX-License-Identifier: BSD-3-Clause
// `ringside explain`: which client gets this packet, and why.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace CLI {
class App;
}

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

/// Adds the subcommand to `app`. When the user chooses it, `action` becomes what to do; it prints
/// to standard output, or the error to standard error.
void add_explain(CLI::App& app, std::function<ExitCode()>& action);

}  // namespace ringside::harness
