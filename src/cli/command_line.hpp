// SPDX-License-Identifier: BSD-3-Clause
// What the programs have in common in reading their part of the command line. For .cpp files that
// declare options: it brings CLI11 with it.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "core/parse_duration.hpp"
#include "core/result.hpp"

namespace ringside::cli {

/// An option that is a length of time, as parse_duration() reads it.
inline CLI::Option* add_duration(CLI::App& app, const std::string& name,
                                 std::chrono::nanoseconds& target, const std::string& description) {
  const auto take = [name, &target](const std::string& text) {
    const auto duration = parse_duration(text);
    if (!duration) {
      throw CLI::ValidationError(fmt::format(
          "{} '{}' is no length of time; give seconds, 0 ... 86400, or 500ms", name, text));
    }
    target = *duration;
  };
  const double seconds = std::chrono::duration<double>(target).count();
  return app.add_option_function<std::string>(name, take, description)
      ->type_name("SECONDS")
      ->default_str(fmt::format("{}", seconds));
}

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
