// SPDX-License-Identifier: BSD-3-Clause
// A run in which one server takes the place of another has chapters, one for each server: what is
// sent to a server, comes out of it and stands in its books is judged by itself.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/checks/checks.hpp"

namespace ringside::harness {

/// One verdict per check over all chapters, in the order of the last: the worst outcome counts, and
/// words say which server they are about. A single chapter stays as it is.
std::vector<CheckResult> join_chapters(const std::vector<std::vector<CheckResult>>& chapters);

/// Renames what server `number` and its wire left in `directory` to "server1-NAME", so that the
/// next ones write files of their own.
void put_files_aside(const std::string& directory, unsigned number);

}  // namespace ringside::harness
