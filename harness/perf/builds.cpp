// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/builds.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harness/perf/steps.hpp"

namespace ringside::harness::perf {
namespace fs = std::filesystem;
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t kShortHash = 12;

std::string targets_text() {
  Words names;
  for (const SuiteProgram& program : kSuite) names.emplace_back(program.name);
  return fmt::format("{}", fmt::join(names, " or "));
}

/// Runs in its directory.
struct Step {
  std::string directory;
  Words argv;
};

/// From a commit to a configured tree.
std::vector<Step> steps_to_build(const std::string& repository, const std::string& tree,
                                 const std::string& commit) {
  // A clone that shares the objects: it leaves nothing behind in the user's repository, also when
  // ringside is killed.
  Words configure{"cmake", "--preset", "release", "-B", tree + "/build", "-DBUILD_TESTING=OFF"};
  if (::access("/usr/bin/ccache", X_OK) == 0) {
    configure.push_back("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache");
  }
  return {{repository, {"git", "clone", "--quiet", "--shared", "--no-checkout", ".", tree}},
          {tree, {"git", "checkout", "--quiet", "--detach", commit}},
          {tree, configure}};
}

/// Errors: kEnvironment, the step failed; interrupted and the like.
Status run_step(World& world, const std::string& scratch, const Step& step) {
  const auto ran = run_to_end(world, scratch, step.directory, step.argv);
  if (!ran) return ran.error();
  if (ran->ok()) return Done{};
  return environment_error(reason_in(ran->said()));
}

/// Builds one program of the suite; false: the sources have no such program, or not on this
/// machine.
Result<bool> build_program(World& world, const std::string& scratch, const std::string& tree,
                           const char* program, unsigned jobs) {
  Words argv{"cmake", "--build", tree + "/build", "--target", program};
  if (jobs > 0) argv.insert(argv.end(), {"-j", std::to_string(jobs)});
  const auto ran = run_to_end(world, scratch, tree, argv);
  if (!ran) return ran.error();
  if (ran->ok()) return true;
  for (const char* sign : {"unknown target", "No rule to make target"}) {  // ninja, make
    if (ran->err.find(sign) != ran->err.npos) return false;
  }
  return environment_error(reason_in(ran->said()));
}

/// Programs of the suite that a commit has, built in `tree`/build/bin. Errors: why it does not
/// build.
Result<Words> build_suite(World& world, const std::string& scratch, const std::string& repository,
                          const std::string& tree, const std::string& commit, unsigned jobs) {
  for (const Step& step : steps_to_build(repository, tree, commit)) {
    const Status done = run_step(world, scratch, step);
    if (!done) return done.error();
  }
  Words programs;
  for (const SuiteProgram& program : kSuite) {
    const auto built = build_program(world, scratch, tree, program.name, jobs);
    if (!built) return built.error();
    if (*built) programs.emplace_back(program.name);
  }
  if (!programs.empty()) return programs;
  return environment_error(
      fmt::format("it has no {} (is it older than the benchmarks?)", targets_text()));
}

}  // namespace

Result<std::string> find_commit(World& world, const std::string& scratch, const std::string& ref) {
  const auto ran =
      run_to_end(world, scratch, fs::current_path(),
                 {"git", "rev-parse", "--verify", "--end-of-options", ref + "^{commit}"});
  if (!ran) return ran.error();
  if (ran->ok()) return first_line(ran->out);
  return Error{fmt::format("\"{}\" is no revision here: {}", ref, first_line(ran->err))};
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
  auto programs = build_suite(world, scratch, first_line(root->out), tree, *commit, jobs);
  if (programs) return Build{tree + "/build/bin", label, *std::move(programs)};
  if (programs.error().code != ExitCode::kEnvironment) return programs.error();
  return environment_error(
      fmt::format("{} {} does not build: {}", name, label, programs.error().message));
}

Result<Build> existing_build(const std::string& directory) {
  const fs::path path = fs::absolute(directory).lexically_normal();
  for (const fs::path& candidate : {path / "bin", path}) {
    Build build{candidate.string(), directory, {}};
    for (const SuiteProgram& program : kSuite) {
      std::error_code ignored;
      if (fs::is_regular_file(candidate / program.name, ignored)) {
        build.programs.emplace_back(program.name);
      }
    }
    if (!build.programs.empty()) return build;
  }
  return Error{fmt::format("there is no {} in {} or {}/bin; build it there", targets_text(),
                           directory, directory)};
}

Result<Build> copy_programs(Build build, const std::string& directory) {
  std::error_code failed;
  fs::create_directories(directory, failed);
  for (const std::string& program : build.programs) {
    const fs::path copy = fs::path(directory) / program;
    if (!failed) fs::copy_file(fs::path(build.bin_dir) / program, copy, failed);
    if (!failed) continue;
    return environment_error(fmt::format("cannot copy {}/{} to {}: {}", build.bin_dir, program,
                                         directory, failed.message()));
  }
  build.bin_dir = directory;
  return build;
}

std::string source_version(World& world, const std::string& scratch, const std::string& bin_dir) {
  constexpr std::string_view kKey = "CMAKE_HOME_DIRECTORY:INTERNAL=";
  std::ifstream cache(fs::path(bin_dir).parent_path() / "CMakeCache.txt");
  for (std::string line; std::getline(cache, line);) {
    if (!line.starts_with(kKey)) continue;
    const auto ran = run_to_end(
        world, scratch, line.substr(kKey.size()),
        {"git", "describe", "--always", "--dirty", fmt::format("--abbrev={}", kShortHash)});
    return ran && ran->ok() ? first_line(ran->out) : "unknown";
  }
  return "unknown";
}

}  // namespace ringside::harness::perf
