// SPDX-License-Identifier: BSD-3-Clause
// Runs ringside_ring_bench in a private directory and gives what it wrote.
#pragma once

#include <functional>
#include <string>

#include "core/result.hpp"
#include "harness/run/memory.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness {

struct RingBenchPlan {
  std::string program;  ///< path of ringside_ring_bench
  std::string set = "lesson";
  std::string filter;        ///< regular expression; empty: all of the set
  unsigned repetitions = 0;  ///< 0: the program's own
  MemoryMode memory = MemoryMode::kAuto;
};

struct RingBenchEnd {
  std::string json;
  ExitCode code = ExitCode::kOk;  ///< kCheckFailed: samples could not be taken, the JSON says why
};

/// `say`: each case as it ends. Errors: kEnvironment, kNothingToDo (no case is called like that),
/// kInterrupted.
Result<RingBenchEnd> run_ring_bench(World& world, const RingBenchPlan& plan,
                                    const std::function<void(const std::string&)>& say);

/// What to say of a line of the program's screen: name and time of a case that is done, its median
/// or, with one repetition, the sample; why a case has no figures; of all others nothing.
std::string progress_of(const std::string& line, bool one_repetition);

}  // namespace ringside::harness
