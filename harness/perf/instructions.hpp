// SPDX-License-Identifier: BSD-3-Clause
// Instructions that a benchmark executes for a packet: a second signal, which knows no noise.
// Counted by valgrind's callgrind, as the difference between two lengths of the same run, so that
// what a program does before and after its work does not count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bench_protocol.hpp"
#include "core/result.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness::perf {

/// "" or why instructions cannot be counted here. Errors: interrupted.
Result<std::string> why_not_counted(World& world, const std::string& scratch);

/// Of one benchmark, for one element. Errors: valgrind or the program failed, with the reason.
Result<double> count_instructions(World& world, const std::string& scratch,
                                  const std::vector<std::string>& argv, const BenchmarkInfo& info);

/// What callgrind says it counted, out of its words. Nothing: it says nothing.
std::optional<std::uint64_t> collected_in(std::string_view output);

}  // namespace ringside::harness::perf
