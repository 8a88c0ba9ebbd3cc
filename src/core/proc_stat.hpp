// SPDX-License-Identifier: BSD-3-Clause
// What /proc/PID/stat says of a process.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside {

/// Field 22, the start of the process in clock ticks since boot: together with the pid it names one
/// process for ever. Nothing when `stat` is not such a line. (proc(5); field 2, the program's name
/// in parentheses, may itself hold blanks and parentheses.)
std::optional<std::uint64_t> start_time_in(std::string_view stat);

}  // namespace ringside
