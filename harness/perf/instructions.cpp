// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/instructions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "core/parse_number.hpp"
#include "harness/perf/steps.hpp"

namespace ringside::harness::perf {
namespace {

using Words = std::vector<std::string>;

/// Elements of the two runs: the shorter one goes through all that happens once.
constexpr std::uint64_t kShort = 10000, kLong = 50000;

std::uint64_t rounds_of(std::uint64_t elements, const BenchmarkInfo& info) {
  return std::max<std::uint64_t>(1, elements / info.elements);
}

Result<std::uint64_t> count_run(World& world, const std::string& scratch, const Words& argv,
                                const BenchmarkInfo& info, std::uint64_t rounds) {
  const std::string request = scratch + "/request";
  std::ofstream(request) << bench_request(info.name, rounds);
  Words words{"/bin/sh",
              "-c",
              "exec \"$@\" < \"$0\"",
              request,
              "valgrind",
              "--tool=callgrind",
              "--callgrind-out-file=/dev/null"};
  words.insert(words.end(), argv.begin(), argv.end());
  const auto ran = run_to_end(world, scratch, scratch, words);
  if (!ran) return ran.error();
  const bool answered = ran->out.find("\nerror ") == ran->out.npos;
  const auto collected = collected_in(ran->said());
  if (ran->ok() && answered && collected) return *collected;
  return environment_error(fmt::format("{} under valgrind: {}", info.name, reason_in(ran->said())));
}

}  // namespace

Result<std::string> why_not_counted(World& world, const std::string& scratch) {
  const auto ran =
      run_to_end(world, scratch, scratch, {"/bin/sh", "-c", "command -v valgrind >/dev/null"});
  if (!ran) return ran.error();
  return std::string(ran->ok() ? "" : "there is no valgrind (Debian: valgrind)");
}

Result<double> count_instructions(World& world, const std::string& scratch, const Words& argv,
                                  const BenchmarkInfo& info) {
  const std::uint64_t few = rounds_of(kShort, info), more = rounds_of(kLong, info);
  const auto begin = count_run(world, scratch, argv, info, few);
  if (!begin) return begin.error();
  const auto end = count_run(world, scratch, argv, info, few + more);
  if (!end) return end.error();
  if (*end > *begin) {
    return static_cast<double>(*end - *begin) / static_cast<double>(more * info.elements);
  }
  return environment_error(info.name + " under valgrind: more rounds take no more instructions");
}

std::optional<std::uint64_t> collected_in(std::string_view output) {
  constexpr std::string_view kKey = "Collected : ";
  const std::size_t at = output.find(kKey);
  if (at == output.npos) return std::nullopt;
  output.remove_prefix(at + kKey.size());
  return parse_number<std::uint64_t>(output.substr(0, output.find('\n')));
}

}  // namespace ringside::harness::perf
