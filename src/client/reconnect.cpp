// SPDX-License-Identifier: BSD-3-Clause
#include "client/reconnect.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/parse_number.hpp"
#include "core/signals.hpp"

namespace ringside::client {
namespace {

constexpr const char* kSelf = "/proc/self/exe";
/// In the environment of a new beginning: when its wait ends, in nanoseconds of CLOCK_MONOTONIC, or
/// 0 for a wait of its own.
constexpr const char* kMark = "RINGSIDE_STARTED_OVER";

}  // namespace

Reconnect::Reconnect(char** argv) : argv_(argv) {
  std::error_code error;
  program_ = std::filesystem::read_symlink(kSelf, error);
  // EAL's descriptors carry the locks by which a new server sees that somebody is still attached to
  // the old one. Closed here and not before the exec: a thread may have been opening more.
  if (const char* const mark = std::getenv(kMark)) {
    ::close_range(STDERR_FILENO + 1, UINT_MAX, 0);
    const auto ends = parse_number<std::uint64_t>(mark).value_or(0);
    if (ends > 0) wait_until_ = Clock::time_point(std::chrono::nanoseconds(ends));
  }
  ::unsetenv(kMark);
  for (char** entry = environ; *entry != nullptr; ++entry) environment_.push_back(*entry);
  CPU_ZERO(&cpus_);
  ::sched_getaffinity(0, sizeof(cpus_), &cpus_);
}

bool Reconnect::after(const Status& end) {
  if (signals::stop_requested()) return false;
  return end.ok() || end.error().code == ExitCode::kServerGone;  // ok: the server has stopped
}

Error Reconnect::start_over(StopSignals& stop_signals,
                            std::optional<Clock::time_point> wait_until) const {
  const auto ends = wait_until.value_or(Clock::time_point()).time_since_epoch();
  std::string mark = fmt::format("{}={}", kMark, std::chrono::nanoseconds(ends).count());
  std::vector<char*> environment = environment_;
  environment.insert(environment.end(), {mark.data(), nullptr});
  ::sched_setaffinity(0, sizeof(cpus_), &cpus_);  // EAL has bound this thread to an lcore's CPU
  // From here on a signal waits for the new image.
  stop_signals.close();
  if (signals::stop_requested()) return Error{"interrupted", ExitCode::kInterrupted};
  std::fflush(nullptr);
  ::execve(program_.c_str(), argv_, environment.data());
  ::execve(kSelf, argv_, environment.data());  // the file was removed since
  return Error{fmt::format("cannot begin anew: {}", std::strerror(errno)), ExitCode::kInternal};
}

}  // namespace ringside::client
