// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/steps.hpp"

#include <fstream>
#include <iterator>

namespace ringside::harness::perf {
namespace {

constexpr Duration kLongestStep = std::chrono::minutes(30);

std::string text_of(const std::string& name) {
  std::ifstream file(name);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Result<Ran> run_to_end(World& world, const std::string& scratch, const std::string& directory,
                       std::vector<std::string> argv) {
  ProcessSpec spec;
  spec.name = argv[0];
  spec.argv = std::move(argv);
  spec.directory = directory;
  spec.whole_session = true;
  spec.stdout_file = scratch + "/step.out";
  spec.stderr_file = scratch + "/step.err";
  auto process = world.launcher.start(spec);
  if (!process) return process.error();
  const WaitEnd end = wait_until(world.clock, Deadline(world.clock, kLongestStep),
                                 world.interrupted, [&] { return (*process)->poll().has_value(); });
  if (end != WaitEnd::kMet) return wait_error(end, spec.name);
  return Ran{*(*process)->poll(), text_of(spec.stdout_file), text_of(spec.stderr_file)};
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string reason_in(const std::string& said) {
  for (const char* sign : {"error:", "Error", "error"}) {
    const std::size_t at = said.find(sign);
    if (at == said.npos) continue;
    const std::size_t newline = said.rfind('\n', at);
    const std::string from = said.substr(newline == said.npos ? 0 : newline + 1);
    const std::string line = first_line(from);
    // CMake says where, and what in the next lines, indented.
    const std::size_t what = from.find_first_not_of(" \n", line.size());
    if (!line.ends_with(':') || what == from.npos) return line;
    return line + " " + first_line(from.substr(what));
  }
  return said.empty() ? "it says nothing" : first_line(said);
}

}  // namespace ringside::harness::perf
