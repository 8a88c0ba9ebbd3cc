// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/builds.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace ringside::harness::perf {
namespace fs = std::filesystem;
namespace {

using Words = std::vector<std::string>;

constexpr Duration kLongestStep = std::chrono::minutes(30);
constexpr std::size_t kShortHash = 12;

struct Ran {
  ProcessEnd end;
  std::string output;  ///< standard output and error
  bool ok() const { return end == ProcessEnd{0, 0}; }
};

/// Runs a program to its end. Errors: it cannot be started; interrupted; the deadline passed.
Result<Ran> run_to_end(World& world, const std::string& scratch, const std::string& directory,
                       Words argv) {
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

/// The line of a build's output that says what went wrong.
std::string reason_in(const std::string& output) {
  for (const char* sign : {"error:", "Error", "error"}) {
    const std::size_t at = output.find(sign);
    if (at == output.npos) continue;
    const std::size_t newline = output.rfind('\n', at);
    return first_line(output.substr(newline == output.npos ? 0 : newline + 1));
  }
  return output.empty() ? "it says nothing" : first_line(output);
}

std::string targets_text() {
  std::string text;
  for (const char* program : kSuitePrograms)
    text += (text.empty() ? "" : " ") + std::string(program);
  return text;
}

/// The steps from a commit to programs in `tree`/build/bin; each runs in its directory.
struct Step {
  std::string directory;
  Words argv;
};
std::vector<Step> build_steps(const std::string& repository, const std::string& tree,
                              const std::string& commit, unsigned jobs) {
  // A clone that shares the objects: it leaves nothing behind in the user's repository, also when
  // ringside is killed.
  Words configure{"cmake", "--preset", "release", "-B", tree + "/build", "-DBUILD_TESTING=OFF"};
  if (::access("/usr/bin/ccache", X_OK) == 0) {
    configure.push_back("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache");
  }
  Words build{"cmake", "--build", tree + "/build", "--target"};
  for (const char* program : kSuitePrograms) build.push_back(program);
  if (jobs > 0) build.insert(build.end(), {"-j", std::to_string(jobs)});
  return {{repository, {"git", "clone", "--quiet", "--shared", "--no-checkout", ".", tree}},
          {tree, {"git", "checkout", "--quiet", "--detach", commit}},
          {tree, configure},
          {tree, build}};
}

/// "" or why it does not build. Errors: interrupted and the like.
Result<std::string> why_not_built(World& world, const std::string& scratch,
                                  const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    const auto ran = run_to_end(world, scratch, step.directory, step.argv);
    if (!ran) return ran.error();
    if (ran->ok()) continue;
    if (ran->output.find("unknown target") != ran->output.npos) {
      return fmt::format("it has no {} (is it older than the benchmarks?)", targets_text());
    }
    return reason_in(ran->output);
  }
  return std::string();
}

}  // namespace

Result<std::string> find_commit(World& world, const std::string& scratch, const std::string& ref) {
  const auto ran =
      run_to_end(world, scratch, fs::current_path(),
                 {"git", "rev-parse", "--verify", "--end-of-options", ref + "^{commit}"});
  if (!ran) return ran.error();
  if (ran->ok()) return first_line(ran->output);
  return Error{fmt::format("\"{}\" is no revision here: {}", ref, first_line(ran->output))};
}

Result<Build> build_ref(World& world, const std::string& scratch, const std::string& name,
                        const std::string& ref, unsigned jobs, const Progress& progress) {
  const auto commit = find_commit(world, scratch, ref);
  if (!commit) return commit.error();
  const auto root =
      run_to_end(world, scratch, fs::current_path(), {"git", "rev-parse", "--show-toplevel"});
  if (!root) return root.error();
  const std::string label = fmt::format("{} ({})", ref, commit->substr(0, kShortHash));
  progress("building " + label);
  const std::string tree = scratch + "/" + name;
  const auto why =
      why_not_built(world, scratch, build_steps(first_line(root->output), tree, *commit, jobs));
  if (!why) return why.error();
  if (why->empty()) return Build{tree + "/build/bin", label};
  return environment_error(fmt::format("{} {} does not build: {}", name, label, *why));
}

Result<Build> existing_build(const std::string& directory) {
  const fs::path path = fs::absolute(directory).lexically_normal();
  for (const fs::path& candidate : {path / "bin", path}) {
    std::error_code ignored;
    if (fs::is_regular_file(candidate / kSuitePrograms[0], ignored)) {
      return Build{candidate.string(), directory};
    }
  }
  return Error{fmt::format("there is no {} in {} or {}/bin; build it there", kSuitePrograms[0],
                           directory, directory)};
}

std::string source_version(World& world, const std::string& scratch, const std::string& bin_dir) {
  constexpr std::string_view kKey = "CMAKE_HOME_DIRECTORY:INTERNAL=";
  std::ifstream cache(fs::path(bin_dir).parent_path() / "CMakeCache.txt");
  for (std::string line; std::getline(cache, line);) {
    if (!line.starts_with(kKey)) continue;
    const auto ran = run_to_end(
        world, scratch, line.substr(kKey.size()),
        {"git", "describe", "--always", "--dirty", fmt::format("--abbrev={}", kShortHash)});
    return ran && ran->ok() ? first_line(ran->output) : "unknown";
  }
  return "unknown";
}

}  // namespace ringside::harness::perf
