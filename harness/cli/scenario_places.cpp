// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/scenario_places.hpp"

#include <algorithm>
#include <filesystem>

#include "harness/run/programs.hpp"
#include "harness/run/scenario_file.hpp"

namespace ringside::harness {
namespace fs = std::filesystem;

namespace {

/// The path as people would write it: links followed, relative to where they are when it is below.
std::string nearby(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return path;
  const fs::path relative = real.lexically_relative(fs::current_path(error));
  return relative.empty() || *relative.begin() == ".." ? real.string() : relative.string();
}

}  // namespace

ScenarioPlaces resolve(const ScenarioPlaces& places) {
  ScenarioPlaces resolved = places;
  const std::string own = executable_directory();
  if (resolved.scenario_dir.empty()) {
    resolved.scenario_dir = nearby(data_directory(own, "scenarios"));
  }
  if (resolved.capture_dir.empty()) resolved.capture_dir = data_directory(own, "pcaps");
  return resolved;
}

Result<LoadedScenarios> load(const ScenarioPlaces& places, const std::vector<std::string>& words) {
  const ScenarioPlaces where = resolve(places);
  const auto is_file = [](const std::string& word) { return word.ends_with(".toml"); };
  LoadedScenarios loaded;
  if (words.empty() || !std::all_of(words.begin(), words.end(), is_file)) {
    auto all = load_scenario_directory(where.scenario_dir, where.capture_dir);
    if (!all) return all.error();
    loaded.scenarios = std::move(*all);
  }
  for (const auto& word : words) {
    if (!is_file(word)) {
      loaded.patterns.push_back(word);
      continue;
    }
    auto scenarios = load_scenarios(word, where.capture_dir);
    if (!scenarios) return scenarios.error();
    // A file stands for itself, not for one of the same name in the directory.
    const std::string stem = fs::path(word).stem();
    std::erase_if(loaded.scenarios, [&](const Scenario& s) {
      return s.name == stem || s.name.rfind(stem + "/", 0) == 0;
    });
    std::move(scenarios->begin(), scenarios->end(), std::back_inserter(loaded.scenarios));
    loaded.patterns.push_back(stem);
  }
  return loaded;
}

}  // namespace ringside::harness
