// SPDX-License-Identifier: BSD-3-Clause
// Reads TOML tables of known keys. The first thing that is wrong is kept with its place, as
// "file:line:column: sentence"; after that, reads return their defaults and change nothing.
// Included by the few .cpp files that read TOML; it brings toml++ with it.
#pragma once

#include <toml++/toml.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ringside::harness {

/// What all readers of one file share.
struct TomlContext {
  std::string file;
  std::map<std::string, std::string> variables;  ///< for "${name}" in strings
  std::optional<Error> error;                    ///< the first one

  std::optional<Error> lacking;  ///< the first thing that is not there

  /// Keeps an error at a place, unless there is one.
  void fail(const toml::source_region& where, const std::string& sentence);
  /// The same of something that must be there and is not. It may well be there under another name:
  /// so whatever fail() keeps, an unknown key above all, says more.
  void lack(const toml::source_region& where, const std::string& sentence);
  /// What is wrong with the file; nullopt when all is well.
  std::optional<Error> verdict() const { return error ? error : lacking; }
};

/// One table. Ask for each key that may be there, then call finish().
class TomlTable {
 public:
  TomlTable(TomlContext& context, const toml::table& table) : context_(context), table_(table) {}

  bool has(std::string_view key);
  std::optional<std::string> text(std::string_view key);
  /// A text that is one of `choices`.
  std::optional<std::string> choice(std::string_view key, const std::vector<std::string>& choices);
  /// A number in [min, max]; "${name}" stands for one, too.
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<double> real(std::string_view key, double min);
  std::optional<bool> boolean(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  std::vector<std::int64_t> integers(std::string_view key, std::int64_t min, std::int64_t max);
  /// A table or an array under `key`; nullptr when absent.
  const toml::table* table(std::string_view key);
  const toml::array* array(std::string_view key);
  /// Any value, marked as known.
  const toml::node* node(std::string_view key);

  /// Fails at the first key that was never asked for, with the nearest one that was.
  void finish();
  /// Fails at the value of `key`, or at the table when it is absent.
  void fail(std::string_view key, const std::string& sentence);
  const toml::table& raw() const { return table_; }

 private:
  TomlContext& context_;
  const toml::table& table_;
  std::vector<std::string> known_;
};

/// `text` with "${name}" replaced; fails at `where` when there is no such variable.
std::string substitute(TomlContext& context, const toml::source_region& where,
                       const std::string& text);
/// A scalar as text ("3", "imix"), substituted; nullopt for arrays, tables and dates.
std::optional<std::string> scalar_text(TomlContext& context, const toml::node& node);

/// Parses a file. Errors: kUsage, "file:line:column: sentence".
Result<toml::table> parse_toml(const std::string& file);

}  // namespace ringside::harness
