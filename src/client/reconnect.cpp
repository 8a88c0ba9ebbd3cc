// SPDX-License-Identifier: BSD-3-Clause
#include "client/reconnect.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/signals.hpp"

namespace ringside::client {
namespace {

constexpr const char* kSelf = "/proc/self/exe";
/// In the environment of a new beginning.
constexpr const char* kMark = "RINGSIDE_STARTED_OVER";
constexpr const char* kMarked = "RINGSIDE_STARTED_OVER=1";

sigset_t stop_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Reconnect::Reconnect(char** argv) : argv_(argv) {
  std::error_code error;
  program_ = std::filesystem::read_symlink(kSelf, error);
  // EAL's descriptors carry the locks by which a new server sees that somebody is still attached to
  // the old one. Closed here and not before the exec: a thread may have been opening more.
  if (std::getenv(kMark) != nullptr) ::close_range(STDERR_FILENO + 1, UINT_MAX, 0);
  ::unsetenv(kMark);
  for (char** entry = environ; *entry != nullptr; ++entry) environment_.push_back(*entry);
  environment_.push_back(const_cast<char*>(kMarked));
  environment_.push_back(nullptr);
  CPU_ZERO(&cpus_);
  ::sched_getaffinity(0, sizeof(cpus_), &cpus_);
}

void Reconnect::let_signals_in() {
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool Reconnect::after(const Status& end) {
  if (signals::stop_requested()) return false;
  return end.ok() || end.error().code == ExitCode::kServerGone;  // ok: the server has stopped
}

Error Reconnect::start_over() const {
  ::sched_setaffinity(0, sizeof(cpus_), &cpus_);  // EAL has bound this thread to an lcore's CPU
  // Until the new image has its handlers, a signal would kill it instead of ending it.
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  if (signals::stop_requested()) return Error{"interrupted", ExitCode::kInterrupted};
  std::fflush(nullptr);
  ::execve(program_.c_str(), argv_, environment_.data());
  ::execve(kSelf, argv_, environment_.data());  // the file was removed since
  return Error{fmt::format("cannot begin anew: {}", std::strerror(errno)), ExitCode::kInternal};
}

}  // namespace ringside::client
