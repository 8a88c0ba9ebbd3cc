// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/selection.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <random>

#include "harness/run/suggest.hpp"

namespace ringside::harness {
namespace {

bool is_glob(const std::string& text) {
  return text.find_first_of("*?[") != std::string::npos;
}

bool matches_pattern(const std::string& name, const std::string& pattern) {
  if (is_glob(pattern)) return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  return name == pattern || name.rfind(pattern + "/", 0) == 0;
}

bool matches_filter(const std::string& name, const std::string& filter) {
  if (is_glob(filter)) return ::fnmatch(filter.c_str(), name.c_str(), 0) == 0;
  return name.find(filter) != std::string::npos;
}

bool matches_tags(const Scenario& scenario, const std::vector<std::string>& tags) {
  bool wanted = false;
  bool any_positive = false;
  for (const auto& tag : tags) {
    const bool negative = tag.rfind('!', 0) == 0;
    const std::string word = negative ? tag.substr(1) : tag;
    const bool has =
        std::find(scenario.tags.begin(), scenario.tags.end(), word) != scenario.tags.end();
    if (negative && has) return false;
    any_positive = any_positive || !negative;
    wanted = wanted || (!negative && has);
  }
  return wanted || !any_positive;
}

std::vector<std::string> words_to_suggest(const std::vector<Scenario>& all) {
  std::vector<std::string> words;
  for (const auto& scenario : all) {
    words.push_back(scenario.name);
    const std::string stem = scenario.name.substr(0, scenario.name.find('/'));
    if (std::find(words.begin(), words.end(), stem) == words.end()) words.push_back(stem);
  }
  return words;
}

}  // namespace

Result<Shard> parse_shard(std::string_view text) {
  Shard shard;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard.index);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '/') {
    const auto second = std::from_chars(first.ptr + 1, end, shard.count);
    if (second.ec == std::errc() && second.ptr == end && shard.index >= 1 &&
        shard.index <= shard.count) {
      return shard;
    }
  }
  return Error{fmt::format("--shard is m/n with 1 <= m <= n, not \"{}\"", text)};
}

Result<std::vector<Scenario>> select(const std::vector<Scenario>& all, const Selection& selection) {
  const auto& patterns = selection.patterns;
  for (const auto& pattern : patterns) {
    if (std::none_of(all.begin(), all.end(),
                     [&](const Scenario& s) { return matches_pattern(s.name, pattern); })) {
      return Error{fmt::format("there is no scenario \"{}\"{}; ringside list shows all", pattern,
                               did_you_mean(pattern, words_to_suggest(all))),
                   ExitCode::kNothingToDo};
    }
  }
  const auto fits = [&](const Scenario& scenario) {
    return matches_filter(scenario.name, selection.filter) &&
           matches_tags(scenario, selection.tags);
  };
  std::vector<Scenario> selected;
  if (patterns.empty()) std::ranges::copy_if(all, std::back_inserter(selected), fits);
  for (const auto& pattern : patterns) {
    std::ranges::copy_if(all, std::back_inserter(selected), [&](const Scenario& scenario) {
      return matches_pattern(scenario.name, pattern) && fits(scenario);
    });
  }
  std::vector<Scenario> part;
  for (std::size_t i = 0; i < selected.size(); ++i) {
    if (i % selection.shard.count == selection.shard.index - 1) part.push_back(selected[i]);
  }
  if (part.empty()) return Error{"no scenario is selected", ExitCode::kNothingToDo};
  return part;
}

void shuffle(std::vector<Scenario>& scenarios, std::uint64_t seed) {
  // Not std::shuffle: its result differs between standard libraries.
  std::mt19937_64 random(seed);
  for (std::size_t i = scenarios.size(); i > 1; --i) {
    std::swap(scenarios[i - 1], scenarios[random() % i]);
  }
}

}  // namespace ringside::harness
