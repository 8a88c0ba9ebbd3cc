// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "harness/run/suggest.hpp"

namespace ringside::harness {
namespace {

std::string place(const std::string& file, const toml::source_position& at) {
  return fmt::format("{}:{}:{}", file, at.line, at.column);
}

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::pair<toml::source_index, toml::source_index> position(const toml::key& key) {
  return {key.source().begin.line, key.source().begin.column};
}

}  // namespace

void TomlContext::fail(const toml::source_region& where, const std::string& sentence) {
  if (!error) error = Error{fmt::format("{}: {}", place(file, where.begin), sentence)};
}

void TomlContext::lack(const toml::source_region& where, const std::string& sentence) {
  if (!lacking) lacking = Error{fmt::format("{}: {}", place(file, where.begin), sentence)};
}

std::string substitute(TomlContext& context, const toml::source_region& where,
                       const std::string& text) {
  std::string result;
  std::size_t at = 0;
  for (;;) {
    const auto begin = text.find("${", at);
    const auto end = begin == std::string::npos ? begin : text.find('}', begin);
    if (end == std::string::npos) return result + text.substr(at);
    const std::string name = text.substr(begin + 2, end - begin - 2);
    const auto variable = context.variables.find(name);
    if (variable == context.variables.end()) {
      std::vector<std::string> names;
      for (const auto& entry : context.variables) names.push_back(entry.first);
      context.fail(where, fmt::format("[matrix] has no \"{}\"{}", name, did_you_mean(name, names)));
      return result;
    }
    result += text.substr(at, begin - at) + variable->second;
    at = end + 1;
  }
}

std::optional<std::string> scalar_text(TomlContext& context, const toml::node& node) {
  if (const auto* text = node.as_string()) return substitute(context, node.source(), text->get());
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  return std::nullopt;
}

Result<toml::table> parse_toml(const std::string& file) {
  std::ifstream in(file);
  if (!in) return Error{fmt::format("cannot read {}", file)};
  std::ostringstream text;
  text << in.rdbuf();
  try {
    return toml::parse(text.str(), file);
  } catch (const toml::parse_error& error) {
    return Error{fmt::format("{}: {}", place(file, error.source().begin), error.description())};
  }
}

const toml::node* TomlTable::node(std::string_view key) {
  known_.emplace_back(key);
  return table_.get(key);
}

bool TomlTable::has(std::string_view key) {
  return node(key) != nullptr;
}

void TomlTable::fail(std::string_view key, const std::string& sentence) {
  const toml::node* value = table_.get(key);
  context_.fail(value != nullptr ? value->source() : table_.source(), sentence);
}

std::optional<std::string> TomlTable::text(std::string_view key) {
  const toml::node* value = node(key);
  if (value == nullptr) return std::nullopt;
  auto text = scalar_text(context_, *value);
  if (!text) fail(key, fmt::format("{} is a text", key));
  return text;
}

std::optional<std::string> TomlTable::choice(std::string_view key,
                                             const std::vector<std::string>& choices) {
  auto value = text(key);
  if (!value || std::find(choices.begin(), choices.end(), *value) != choices.end()) return value;
  fail(key, fmt::format("{} is one of {}, not \"{}\"{}", key, list(choices), *value,
                        did_you_mean(*value, choices)));
  return std::nullopt;
}

std::optional<std::int64_t> TomlTable::integer(std::string_view key, std::int64_t min,
                                               std::int64_t max) {
  const auto value = text(key);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  const char* end = value->data() + value->size();
  const auto [stop, error] = std::from_chars(value->data(), end, number);
  if (error == std::errc() && stop == end && number >= min && number <= max) return number;
  fail(key, fmt::format("{} is a number from {} to {}, not \"{}\"", key, min, max, *value));
  return std::nullopt;
}

std::optional<double> TomlTable::real(std::string_view key, double min) {
  const auto value = text(key);
  if (!value) return std::nullopt;
  std::istringstream in(*value);
  double number = 0;
  if (in >> number && in.peek() == std::char_traits<char>::eof() && number >= min) return number;
  fail(key, fmt::format("{} is a number not below {}, not \"{}\"", key, min, *value));
  return std::nullopt;
}

std::optional<bool> TomlTable::boolean(std::string_view key) {
  const auto value = choice(key, {"true", "false"});
  if (!value) return std::nullopt;
  return *value == "true";
}

std::vector<std::string> TomlTable::texts(std::string_view key) {
  std::vector<std::string> values;
  const toml::array* all = array(key);
  if (all == nullptr) return values;
  for (const auto& element : *all) {
    const auto value = scalar_text(context_, element);
    if (value) {
      values.push_back(*value);
    } else {
      context_.fail(element.source(), fmt::format("{} is a list of texts", key));
    }
  }
  return values;
}

std::vector<std::int64_t> TomlTable::integers(std::string_view key, std::int64_t min,
                                              std::int64_t max) {
  std::vector<std::int64_t> values;
  const toml::array* all = array(key);
  if (all == nullptr) return values;
  for (const auto& element : *all) {
    const auto* number = element.as_integer();
    if (number == nullptr || number->get() < min || number->get() > max) {
      context_.fail(element.source(),
                    fmt::format("{} is a list of numbers from {} to {}", key, min, max));
      return {};
    }
    values.push_back(number->get());
  }
  return values;
}

const toml::table* TomlTable::table(std::string_view key) {
  const toml::node* value = node(key);
  if (value != nullptr && !value->is_table()) fail(key, fmt::format("{} is a table", key));
  return value != nullptr ? value->as_table() : nullptr;
}

const toml::array* TomlTable::array(std::string_view key) {
  const toml::node* value = node(key);
  if (value != nullptr && !value->is_array()) fail(key, fmt::format("{} is a list", key));
  return value != nullptr ? value->as_array() : nullptr;
}

void TomlTable::finish() {
  const toml::key* first = nullptr;  // in the file; toml++ sorts keys by name
  for (const auto& [key, value] : table_) {
    const bool known = std::find(known_.begin(), known_.end(), key.str()) != known_.end();
    const bool earlier = first == nullptr || position(key) < position(*first);
    if (!known && earlier) first = &key;
  }
  if (first == nullptr) return;
  const std::string name(first->str());
  context_.fail(first->source(),
                fmt::format("unknown key \"{}\"{}", name, did_you_mean(name, known_)));
}

}  // namespace ringside::harness
