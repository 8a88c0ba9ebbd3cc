// SPDX-License-Identifier: BSD-3-Clause
// Scenario files: TOML in, Scenario out. harness/scenarios/README.md describes the format.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/run/scenario.hpp"

namespace ringside::harness {

/// All instances of a scenario file: one, or one for each combination of its matrix. `capture_dir`
/// is where captures that are given by name are. Errors: kUsage, "file:line:column: sentence".
Result<std::vector<Scenario>> load_scenarios(const std::string& file,
                                             const std::string& capture_dir);

/// The instances of all *.toml files in a directory, by file name. Errors: as load_scenarios(), and
/// kEnvironment when the directory cannot be read.
Result<std::vector<Scenario>> load_scenario_directory(const std::string& directory,
                                                      const std::string& capture_dir);

/// Names of the captures in a directory ("imix" for imix.pcap), sorted.
std::vector<std::string> capture_names(const std::string& directory);

}  // namespace ringside::harness
