// SPDX-License-Identifier: BSD-3-Clause
// What files under /proc say of a process.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

/// The whole of a file under /proc; empty when there is none, or when its process ends while it is
/// being read: that fails with ESRCH, which a stream's buffer throws at whom reads it directly.
std::string proc_text(std::istream&& file);

/// The folders under /proc of the threads of a process; none once it is gone.
std::vector<std::filesystem::path> threads_of(int pid);

/// Field 22, the start of the process in clock ticks since boot: together with the pid it names one
/// process for ever. Nothing when `stat` is not such a line. (proc(5); field 2, the program's name
/// in parentheses, may itself hold blanks and parentheses.)
std::optional<std::uint64_t> start_time_in(std::string_view stat);

/// Bit 2 of field 9 (PF_EXITING in the kernel's include/linux/sched.h): the main thread has begun
/// to end and runs nothing of its program any more. Nothing when `stat` is not such a line.
std::optional<bool> is_exiting_in(std::string_view stat);

/// The first number of /proc/PID/schedstat: how long it has had a CPU. Nothing when it is not such
/// a line. (Documentation/scheduler/sched-stats.rst)
std::optional<std::chrono::nanoseconds> run_time_in(std::string_view schedstat);

}  // namespace ringside
