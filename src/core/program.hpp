// SPDX-License-Identifier: BSD-3-Clause
// What every main of the project does around its work: --help, --version, one line for an error.
#pragma once

#include <string>

#include "core/eal_args.hpp"
#include "core/result.hpp"

namespace ringside {

/// To be called first: started with stdin, stdout or stderr closed, files of ours would get their
/// numbers, and what is logged would go into them. They lead to /dev/null then.
void hold_standard_streams();

/// --help or -h before or after "--" (EAL has a --help of its own; ours wins and names it).
bool asks_for_help(const SplitArgs& args);
bool asks_for_version(const SplitArgs& args);

/// Write to standard output; both return 0.
int print_text(const std::string& text);
int print_version(const char* program);

/// 0, or prints "PROGRAM: error: SENTENCE" to standard error and returns the error's code.
int exit_code(const char* program, const Status& status);

}  // namespace ringside
