// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace ringside::harness {
namespace {

// Two-letter operators first: "<" is the beginning of "<=".
constexpr std::array<std::string_view, 6> kOperators{"==", "!=", "<=", ">=", "<", ">"};

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_name(std::string_view text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0) return false;
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.'; });
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <typename T>
bool compare(const T& left, std::string_view op, const T& right) {
  if (op == "==") return left == right;
  if (op == "!=") return left != right;
  if (op == "<=") return left <= right;
  if (op == ">=") return left >= right;
  return op == "<" ? left < right : left > right;
}

std::string to_text(const std::optional<Fact>& fact) {
  if (!fact) return "unknown";
  if (const auto* word = std::get_if<std::string>(&*fact)) return *word;
  return std::to_string(std::get<std::int64_t>(*fact));
}

}  // namespace

Result<Condition::Side> Condition::parse_side(std::string_view text) {
  Side side;
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    side.word = std::string(text.substr(1, text.size() - 2));
    return side;
  }
  int sign = 1;
  while (true) {
    const auto end = std::min(text.find_first_of("+-"), text.size());
    const std::string_view part = trimmed(text.substr(0, end));
    if (const auto value = number(part)) {
      side.terms.push_back({sign, *value, {}});
    } else if (is_name(part)) {
      side.terms.push_back({sign, 0, std::string(part)});
    } else {
      return Error{fmt::format("\"{}\" is neither a name, a number nor a 'word'", part)};
    }
    if (end == text.size()) return side;
    sign = text[end] == '-' ? -1 : 1;
    text.remove_prefix(end + 1);
  }
}

Result<Condition> Condition::parse(std::string_view text) {
  Condition condition;
  condition.text_ = std::string(text);
  constexpr std::string_view kAnd = " and ";
  for (;;) {
    const auto end = std::min(text.find(kAnd), text.size());
    const std::string_view part = text.substr(0, end);
    std::size_t at = std::string_view::npos;
    std::string_view op;
    for (const auto candidate : kOperators) {
      at = part.find(candidate);
      op = candidate;
      if (at != std::string_view::npos) break;
    }
    if (at == std::string_view::npos) {
      return Error{
          fmt::format("\"{}\" compares nothing; use one of == != < <= > >=", trimmed(part))};
    }
    auto left = parse_side(part.substr(0, at));
    auto right = parse_side(part.substr(at + op.size()));
    if (!left) return left.error();
    if (!right) return right.error();
    condition.comparisons_.push_back({std::move(*left), std::string(op), std::move(*right)});
    if (end == text.size()) return condition;
    text.remove_prefix(end + kAnd.size());
  }
}

std::optional<Fact> Condition::value_of(const Side& side, const FactSource& facts) {
  if (side.word) return Fact(*side.word);
  std::int64_t sum = 0;
  for (const auto& term : side.terms) {
    if (term.name.empty()) {
      sum += term.sign * term.number;
      continue;
    }
    const std::optional<Fact> fact = facts(term.name);
    if (!fact) return std::nullopt;
    if (std::holds_alternative<std::string>(*fact)) {
      return side.terms.size() == 1 ? fact : std::nullopt;
    }
    sum += term.sign * std::get<std::int64_t>(*fact);
  }
  return Fact(sum);
}

bool Condition::holds(const FactSource& facts) const {
  return std::all_of(comparisons_.begin(), comparisons_.end(), [&](const Comparison& comparison) {
    const auto left = value_of(comparison.left, facts);
    const auto right = value_of(comparison.right, facts);
    return left && right && left->index() == right->index() &&
           compare(*left, comparison.op, *right);
  });
}

std::vector<std::string> Condition::names() const {
  std::vector<std::string> names;
  for (const auto& comparison : comparisons_) {
    for (const Side* side : {&comparison.left, &comparison.right}) {
      for (const auto& term : side->terms) {
        if (term.name.empty() || std::find(names.begin(), names.end(), term.name) != names.end()) {
          continue;
        }
        names.push_back(term.name);
      }
    }
  }
  return names;
}

std::string Condition::describe(const FactSource& facts) const {
  std::string text;
  for (const auto& name : names()) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, to_text(facts(name)));
  }
  return text;
}

}  // namespace ringside::harness
