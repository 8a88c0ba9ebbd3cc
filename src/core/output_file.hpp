// SPDX-License-Identifier: BSD-3-Clause
// Results as files: whether they can be written at the end is found out before the work begins.
#pragma once

#include <string>

#include "core/result.hpp"

namespace ringside {

/// Whether `file` can be written. Leaves everything as it was: a file that exists keeps its bytes,
/// one that does not is not there afterwards either. A device or a pipe is not opened: that may
/// block, and closing it would tell its reader that all is said. `option` ("--json") names the file
/// in the sentence. Errors: kEnvironment.
Status check_output_file(const std::string& option, const std::string& file);

/// The same of a directory that will be made where it is missing, and of files in it.
Status check_output_directory(const std::string& option, const std::string& directory);

/// Writes `text` to `file`: all of it, or there is no such file afterwards. Errors: kEnvironment.
Status write_output_file(const std::string& file, const std::string& text);

}  // namespace ringside
