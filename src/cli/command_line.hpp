// SPDX-License-Identifier: BSD-3-Clause
// What the programs have in common in reading their part of the command line. For .cpp files that
// declare options: it brings CLI11 with it.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace ringside::cli {

/// A program's options. `Raw` is what CLI11 fills, before it is checked; it holds the defaults.
template <typename Raw>
struct CommandLine {
  const char* program;      ///< "mp_server"
  const char* description;  ///< one line
  const char* examples;     ///< shown below the options
  void (*declare)(CLI::App& app, Raw& raw);

  std::string help() const {
    CLI::App app(fmt::format("{}: {}", program, description), fmt::format("{} [EAL] --", program));
    Raw raw;
    declare(app, raw);
    app.footer(examples);
    return app.help();
  }

  /// Reads the words after "--". Errors: kUsage.
  Result<Raw> parse(const std::vector<std::string>& words) const {
    CLI::App app;
    Raw raw;
    declare(app, raw);
    try {
      app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::ParseError& error) {
      return Error{fmt::format("{}; see {} --help", error.what(), program)};
    }
    return raw;
  }
};

}  // namespace ringside::cli
