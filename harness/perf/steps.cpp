// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/steps.hpp"

#include <fstream>
#include <iterator>

namespace ringside::harness::perf {
namespace {

constexpr Duration kLongestStep = std::chrono::minutes(30);

}  // namespace

Result<Ran> run_to_end(World& world, const std::string& scratch, const std::string& directory,
                       std::vector<std::string> argv) {
  ProcessSpec spec;
  spec.name = argv[0];
  spec.argv = std::move(argv);
  spec.directory = directory;
  spec.stdout_file = spec.stderr_file = scratch + "/step.log";  // appended to by both
  auto process = world.launcher.start(spec);
  if (!process) return process.error();
  const WaitEnd end = wait_until(world.clock, Deadline(world.clock, kLongestStep),
                                 world.interrupted, [&] { return (*process)->poll().has_value(); });
  if (end != WaitEnd::kMet) return wait_error(end, spec.name);
  std::ifstream file(spec.stdout_file);
  return Ran{*(*process)->poll(), {std::istreambuf_iterator<char>(file), {}}};
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string reason_in(const std::string& output) {
  for (const char* sign : {"error:", "Error", "error"}) {
    const std::size_t at = output.find(sign);
    if (at == output.npos) continue;
    const std::size_t newline = output.rfind('\n', at);
    return first_line(output.substr(newline == output.npos ? 0 : newline + 1));
  }
  return output.empty() ? "it says nothing" : first_line(output);
}

}  // namespace ringside::harness::perf
