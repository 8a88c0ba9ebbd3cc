// SPDX-License-Identifier: BSD-3-Clause
// Conditions that steps wait on: "received == sent and in_flight == 0". Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.hpp"

namespace ringside::harness {

/// What a name stands for at the moment: a count or a word ("running").
using Fact = std::variant<std::int64_t, std::string>;
/// Asks for the value of a name; nullopt: not known (yet).
using FactSource = std::function<std::optional<Fact>(const std::string& name)>;

/// Comparisons joined by "and". A side is a sum of names and numbers: "sent - 255". A word in
/// quotes ('running') is a word, not a name.
class Condition {
 public:
  Condition() = default;  ///< always holds
  /// Errors: kUsage, one sentence that says which part was not understood.
  static Result<Condition> parse(std::string_view text);

  /// True if all comparisons hold; an unknown name makes its comparison false.
  bool holds(const FactSource& facts) const;
  /// The names with their present values: "received = 990, sent = 1000".
  std::string describe(const FactSource& facts) const;
  /// All names that occur, each once.
  std::vector<std::string> names() const;
  const std::string& text() const { return text_; }

 private:
  struct Term {
    int sign = 1;
    std::int64_t number = 0;
    std::string name;  ///< empty: the number counts
  };
  struct Side {
    std::vector<Term> terms;
    std::optional<std::string> word;
  };
  struct Comparison {
    Side left;
    std::string op;
    Side right;
  };
  static Result<Side> parse_side(std::string_view text);
  static std::optional<Fact> value_of(const Side& side, const FactSource& facts);

  std::string text_;
  std::vector<Comparison> comparisons_;
};

}  // namespace ringside::harness
