// SPDX-License-Identifier: BSD-3-Clause
// Builds of revisions of the repository that the user is in, in private copies of it.
#pragma once

#include <string>

#include "harness/perf/ab.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness::perf {

/// The commit that a word names: the full hash. Errors: kUsage, there is no such revision or no
/// repository; kEnvironment, no git.
Result<std::string> find_commit(World& world, const std::string& scratch, const std::string& ref);

/// Whether tracked files differ from HEAD in the working tree that the user is in. Errors:
/// kEnvironment, no git; interrupted.
Result<bool> has_uncommitted_changes(World& world, const std::string& scratch);

/// Builds a revision in `scratch`/NAME; `jobs` 0: as many as cmake thinks fit. Errors: as above;
/// kEnvironment, it does not build: one sentence with the reason.
Result<Build> build_ref(World& world, const std::string& scratch, const std::string& name,
                        const std::string& ref, unsigned jobs, const Progress& progress);

/// A build that is there: a build tree, or its directory of programs. Errors: kUsage.
Result<Build> existing_build(const std::string& directory);

/// The build as it is measured: with copies of its programs in a new directory. How fast a program
/// runs depends on how its file was written, since the page cache holds it in pieces of a size that
/// the writer decided: two builds are compared by files that came about in the same way. Errors:
/// kEnvironment.
Result<Build> copy_programs(Build build, const std::string& directory);

/// The commit that a build was made from, as its first program says ("git COMMIT" in its
/// --version); "unknown" when it does not. What the sources are by now may be something else.
std::string built_from(World& world, const std::string& scratch, const Build& build);

}  // namespace ringside::harness::perf
