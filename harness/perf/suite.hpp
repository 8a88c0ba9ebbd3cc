// SPDX-License-Identifier: BSD-3-Clause
// The programs of benchmarks, and the names of suites: that of all, and each program's own.
#pragma once

namespace ringside::harness::perf {

inline constexpr const char* kWholeSuite = "all";

/// A program of the suite, in a build's directory of programs; it lists its benchmarks.
struct SuiteProgram {
  const char* name;
  const char* suite;  ///< that it is by itself
  bool takes_cpus;    ///< --cpu and --clients-cpu
};
inline constexpr SuiteProgram kSuite[] = {{"ringside_core_bench", "core", false},
                                          {"ringside_path_bench", "path", true}};

}  // namespace ringside::harness::perf
