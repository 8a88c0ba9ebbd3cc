// SPDX-License-Identifier: BSD-3-Clause
// Plays one scenario: starts the programs in a directory of their own, does the steps, ends
// everything, has it judged.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/model/observation.hpp"
#include "harness/report/run_report.hpp"
#include "harness/run/cluster.hpp"
#include "harness/run/memory.hpp"
#include "harness/run/programs.hpp"
#include "harness/run/scenario.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness {

/// What all scenarios of a run have in common.
struct PlayContext {
  Programs programs;
  MemoryMode memory = MemoryMode::kAuto;
  std::vector<unsigned> cpus;
  std::map<std::string, std::vector<std::string>> wraps;
  Patience patience;
  std::optional<double> timeout_s;  ///< in place of the scenario's own
};

/// Where one scenario is played.
struct PlayPlace {
  std::string directory;   ///< existing and empty; the caller removes it
  std::string prefix;      ///< for DPDK's names, unique on the machine
  std::uint64_t seed = 0;  ///< of what its steps do at random
};

/// What came of it.
struct Played {
  ScenarioResult result;
  Observation observation;
  /// Exit code that this scenario alone would mean: 0, 1, 2, 5, 6, 124 or 130.
  ExitCode code = ExitCode::kOk;
};

/// Plays. Never fails: whatever goes wrong is in the result. All processes have ended on return.
Played play(World& world, const PlayContext& context, const PlayPlace& place,
            const Scenario& scenario);

/// Why the scenario cannot be played here, for its requirements; nullopt if it can.
std::optional<std::string> missing_requirement(const Scenario& scenario,
                                               const PlayContext& context);

}  // namespace ringside::harness
