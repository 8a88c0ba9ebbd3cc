// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/scenario_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringside::harness {
namespace {

struct Dimension {
  std::string name;
  std::vector<std::string> values;
  toml::source_position at;
};

Dimension read_dimension(TomlContext& context, const toml::key& key, const toml::node& node,
                         const std::vector<std::string>& captures) {
  Dimension dimension{std::string(key.str()), {}, key.source().begin};
  const toml::array* values = node.as_array();
  if (values == nullptr || values->empty()) {
    context.fail(node.source(), fmt::format("{} is a list of values", dimension.name));
    return dimension;
  }
  for (const auto& element : *values) {
    const auto text = scalar_text(context, element);
    if (!text) {
      context.fail(element.source(), "a value of the matrix is a text or a number");
    } else if (dimension.name == "capture" && *text == "*") {
      dimension.values.insert(dimension.values.end(), captures.begin(), captures.end());
    } else {
      dimension.values.push_back(*text);
    }
  }
  return dimension;
}

bool selects(TomlContext& context, const toml::node& wanted, const std::string& value) {
  if (const auto* list = wanted.as_array()) {
    return std::any_of(list->begin(), list->end(), [&](const toml::node& element) {
      return scalar_text(context, element) == value;
    });
  }
  return scalar_text(context, wanted) == value;
}

}  // namespace

bool matches(TomlContext& context, const toml::table& selector, const Combination& combination) {
  for (const auto& [key, wanted] : selector) {
    const auto found = std::find_if(combination.begin(), combination.end(),
                                    [&](const auto& entry) { return entry.first == key.str(); });
    if (found == combination.end()) {
      context.fail(key.source(), fmt::format("[matrix] has no \"{}\"", key.str()));
      return false;
    }
    if (!selects(context, wanted, found->second)) return false;
  }
  return true;
}

std::vector<Combination> read_matrix(TomlContext& context, TomlTable& root,
                                     const std::vector<std::string>& captures) {
  const toml::table* matrix = root.table("matrix");
  const toml::array* exclude = root.array("exclude");
  if (matrix == nullptr) return {Combination{}};
  std::vector<Dimension> dimensions;
  for (const auto& [key, node] : *matrix) {
    dimensions.push_back(read_dimension(context, key, node, captures));
  }
  // toml++ sorts keys by name; people mean the order in which they wrote them.
  std::sort(dimensions.begin(), dimensions.end(), [](const Dimension& a, const Dimension& b) {
    return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
  });

  std::vector<Combination> all{Combination{}};
  for (const auto& dimension : dimensions) {
    std::vector<Combination> longer;
    for (const auto& combination : all) {
      for (const auto& value : dimension.values) {
        longer.push_back(combination);
        longer.back().emplace_back(dimension.name, value);
      }
    }
    all = std::move(longer);
  }
  if (exclude == nullptr) return all;
  std::erase_if(all, [&](const Combination& combination) {
    return std::any_of(exclude->begin(), exclude->end(), [&](const toml::node& entry) {
      const toml::table* selector = entry.as_table();
      if (selector == nullptr) context.fail(entry.source(), "exclude is a list of tables");
      return selector != nullptr && matches(context, *selector, combination);
    });
  });
  return all;
}

}  // namespace ringside::harness
