// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/builds.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

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

/// What a private copy needs of the repository that the user is in.
struct Repository {
  std::string objects;        ///< directory
  std::string shallow;        ///< file that names where history was cut off; may be missing
  std::string object_format;  ///< "sha1"
};

/// Errors: kUsage, there is none.
Result<Repository> find_repository(World& world, const std::string& scratch) {
  const auto ran = run_to_end(world, scratch, fs::current_path(),
                              {"git", "rev-parse", "--path-format=absolute", "--git-path",
                               "objects", "--git-path", "shallow", "--show-object-format"});
  if (!ran) return ran.error();
  if (!ran->ok()) return Error{first_line(ran->err)};
  Repository repository;
  std::istringstream lines(ran->out);
  for (std::string* const line :
       {&repository.objects, &repository.shallow, &repository.object_format}) {
    std::getline(lines, *line);
  }
  return repository;
}

/// Lets a new repository in `tree` read all objects of another one. "git clone --shared" does not
/// do for shallow clones: it copies what local branches and tags need. Nothing is left behind in
/// the user's repository, also when ringside is killed.
Status borrow_objects(const Repository& repository, const std::string& tree) {
  const std::string git = tree + "/.git";
  std::error_code failed;
  fs::create_directories(git + "/objects/info", failed);
  std::ofstream alternates(git + "/objects/info/alternates");
  alternates << repository.objects << '\n' << std::flush;
  if (!alternates) return environment_error(fmt::format("{} cannot be written", git));
  if (!fs::exists(repository.shallow, failed)) return Done{};
  fs::copy_file(repository.shallow, git + "/shallow", failed);
  if (!failed) return Done{};
  return environment_error(fmt::format("cannot copy {}: {}", repository.shallow, failed.message()));
}

/// From a commit to a configured tree.
std::vector<Step> steps_to_build(const std::string& tree, const std::string& commit) {
  Words configure{"cmake", "--preset", "release", "-B", tree + "/build", "-DBUILD_TESTING=OFF"};
  if (::access("/usr/bin/ccache", X_OK) == 0) {
    configure.push_back("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache");
  }
  return {{tree, {"git", "checkout", "--quiet", "--detach", commit}}, {tree, configure}};
}

/// A command in a tree of our own. In a hook git points all others at the user's repository.
Words apart_from_user(const Words& argv) {
  Words words{"env"};
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
                           "GIT_COMMON_DIR", "GIT_PREFIX"}) {
    words.insert(words.end(), {"-u", name});
  }
  words.insert(words.end(), argv.begin(), argv.end());
  return words;
}

/// Errors: kEnvironment, the step failed; interrupted and the like.
Status run_step(World& world, const std::string& scratch, const Step& step) {
  const auto ran = run_to_end(world, scratch, step.directory, apart_from_user(step.argv));
  if (!ran) return ran.error();
  if (ran->ok()) return Done{};
  return environment_error(reason_in(ran->said()));
}

/// A repository in `tree` that has all commits of the user's.
Status copy_repository(World& world, const std::string& scratch, const std::string& tree) {
  const auto repository = find_repository(world, scratch);
  if (!repository) return repository.error();
  const Status made =
      run_step(world, scratch,
               {scratch,
                {"git", "init", "--quiet",
                 "--template=", "--object-format=" + repository->object_format, tree}});
  return made ? borrow_objects(*repository, tree) : made;
}

/// Builds one program of the suite; false: the sources have no such program, or not on this
/// machine.
Result<bool> build_program(World& world, const std::string& scratch, const std::string& tree,
                           const char* program, unsigned jobs) {
  Words argv{"cmake", "--build", tree + "/build", "--target", program};
  if (jobs > 0) argv.insert(argv.end(), {"-j", std::to_string(jobs)});
  const auto ran = run_to_end(world, scratch, tree, apart_from_user(argv));
  if (!ran) return ran.error();
  if (ran->ok()) return true;
  for (const char* sign : {"unknown target", "No rule to make target"}) {  // ninja, make
    if (ran->err.find(sign) != ran->err.npos) return false;
  }
  return environment_error(reason_in(ran->said()));
}

/// Programs of the suite that a commit has, built in `tree`/build/bin. Errors: why it does not
/// build.
Result<Words> build_suite(World& world, const std::string& scratch, const std::string& tree,
                          const std::string& commit, unsigned jobs) {
  const Status copied = copy_repository(world, scratch, tree);
  if (!copied) return copied.error();
  for (const Step& step : steps_to_build(tree, commit)) {
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

Result<bool> has_uncommitted_changes(World& world, const std::string& scratch) {
  const auto ran = run_to_end(world, scratch, fs::current_path(),
                              {"git", "status", "--porcelain", "--untracked-files=no"});
  if (!ran) return ran.error();
  return !ran->out.empty();
}

Result<Build> build_ref(World& world, const std::string& scratch, const std::string& name,
                        const std::string& ref, unsigned jobs, const Progress& progress) {
  const auto commit = find_commit(world, scratch, ref);
  if (!commit) return commit.error();
  const std::string label = fmt::format("{} ({})", ref, commit->substr(0, kShortHash));
  progress("building " + label);
  const std::string tree = scratch + "/" + name;
  auto programs = build_suite(world, scratch, tree, *commit, jobs);
  if (programs) return Build{tree + "/build/bin", label, *std::move(programs), *commit};
  if (programs.error().code != ExitCode::kEnvironment) return programs.error();
  return environment_error(
      fmt::format("{} {} does not build: {}", name, label, programs.error().message));
}

Result<Build> existing_build(const std::string& directory) {
  const fs::path path = fs::absolute(directory).lexically_normal();
  for (const fs::path& candidate : {path / "bin", path}) {
    Build build{candidate.string(), directory, {}, {}};
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

std::string built_from(World& world, const std::string& scratch, const Build& build) {
  constexpr std::string_view kKey = "git ";
  const auto ran = run_to_end(world, scratch, scratch,
                              {build.bin_dir + "/" + build.programs.at(0), "--version"});
  if (!ran || !ran->ok()) return "unknown";
  std::istringstream lines(ran->out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kKey)) return line.substr(kKey.size());
  }
  return "unknown";
}

}  // namespace ringside::harness::perf
