// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/session.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>

#include "core/parse_number.hpp"
#include "harness/run/file_descriptor.hpp"

namespace ringside::harness {
namespace {

constexpr int kLongestEndMs = 1000;

}  // namespace

std::vector<int> processes_of_session(int leader) {
  std::vector<int> found;
  std::error_code failed;
  std::filesystem::directory_iterator entry("/proc", failed);
  for (; !failed && entry != end(entry); entry.increment(failed)) {
    const auto pid = parse_number<int>(entry->path().filename().string());
    if (pid && *pid > 0 && *pid != leader && ::getsid(*pid) == leader) found.push_back(*pid);
  }
  return found;
}

void kill_rest_of_session(int leader) {
  // What has been killed starts nothing more: once a look finds nothing new, that was all.
  std::map<int, FileDescriptor> killed;
  for (bool found = true; found;) {
    found = false;
    for (const int pid : processes_of_session(leader)) {
      if (killed.contains(pid)) continue;
      FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
      if (!process || ::getsid(pid) != leader) continue;  // it ended, and the number may be reused
      ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
      killed.emplace(pid, std::move(process));
      found = true;
    }
  }
  for (const auto& [pid, process] : killed) {
    pollfd waiting{process.get(), POLLIN, 0};
    ::poll(&waiting, 1, kLongestEndMs);
  }
}

}  // namespace ringside::harness
