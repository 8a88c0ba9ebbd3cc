// SPDX-License-Identifier: BSD-3-Clause
// A command that is a choice of others: ringside itself, ringside bench, ringside perf.
#pragma once

#include <span>

#include "harness/cli/command.hpp"

namespace ringside::harness {

/// A command among others.
struct CommandRow {
  const char* name;
  const char* description;
  std::unique_ptr<Command> (*make)();
};

class CommandGroup final : public Command {
 public:
  explicit CommandGroup(std::span<const CommandRow> rows) : rows_(rows) {}

  void declare(CLI::App& app) override;
  Result<ExitCode> run(const std::vector<std::string>& rest) override;

 private:
  std::span<const CommandRow> rows_;
  std::vector<CLI::App*> apps_;                     // by row
  std::vector<std::unique_ptr<Command>> commands_;  // by row
};

}  // namespace ringside::harness
