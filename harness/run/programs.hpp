// SPDX-License-Identifier: BSD-3-Clause
// Which programs are put to the test, and where things of ours are found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ringside::harness {

/// What the command line says; empty = look for it.
struct ProgramChoice {
  std::string bin_dir;
  std::string server;
  std::string client;
  std::string wire;
};

/// Paths of the programs under test. Relative paths have been made absolute, because programs run
/// in a directory of their own.
struct Programs {
  std::string server;
  std::string client;
  std::string wire;
  bool own_server = true;  ///< the server is the one that came with ringside
};

/// Directory of the running executable.
std::string executable_directory();

/// Finds mp_server, mp_client and mp_wire: as chosen, else in bin_dir, else next to `own_directory`
/// (executable_directory()). A missing mp_wire is no error here: only ring ports need it, and they
/// say so. Errors: kEnvironment, naming the program.
Result<Programs> find_programs(const ProgramChoice& choice, const std::string& own_directory);

/// A directory of data, "scenarios" or "pcaps": under share/ringside beside the directory of the
/// executable, in the build tree and when installed alike.
std::string data_directory(const std::string& own_directory, std::string_view name);

/// The words of a command line, split as a shell does: blanks separate, single and double quotes
/// and backslashes hold together. Errors: kUsage, a quote that is not closed.
Result<std::vector<std::string>> split_words(std::string_view text);

/// The words as a line that a shell takes apart again in the same way.
std::string join_words(const std::vector<std::string>& words);

}  // namespace ringside::harness
