// SPDX-License-Identifier: BSD-3-Clause
// Where scenarios and captures are, and loading those that words on a command line mean.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/run/scenario.hpp"

namespace ringside::harness {

/// Directories of data; empty = beside the executable (programs.hpp, data_directory()).
struct ScenarioPlaces {
  std::string scenario_dir;
  std::string capture_dir;
};
/// With what was empty filled in.
ScenarioPlaces resolve(const ScenarioPlaces& places);

struct LoadedScenarios {
  std::vector<Scenario> scenarios;
  std::vector<std::string> patterns;  ///< `words`, those that were files replaced by names
};
/// The scenarios of the directory, and those of files among `words` ("x.toml", "dir/x.toml"). The
/// directory is not read when all words are files. Errors: kUsage, kEnvironment.
Result<LoadedScenarios> load(const ScenarioPlaces& places, const std::vector<std::string>& words);

}  // namespace ringside::harness
