// SPDX-License-Identifier: BSD-3-Clause
#include "server/process_watch.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ringside::server {

PidfdWatch::PidfdWatch() {
  pidfds_.fill(-1);
}

PidfdWatch::~PidfdWatch() {
  for (std::uint8_t i = 0; i < kMaxClients; ++i) forget(ClientId{i});
}

Status PidfdWatch::watch(ClientId id, std::uint32_t pid) {
  forget(id);
  const auto fd = ::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0);
  if (fd < 0 && errno == ESRCH) {
    gone_before_.add(id);
    return Done{};
  }
  if (fd < 0) {
    return environment_error(
        fmt::format("the end of process {} cannot be watched: {}", pid, std::strerror(errno)));
  }
  pidfds_[id.value] = static_cast<int>(fd);
  watched_.add(id);
  return Done{};
}

void PidfdWatch::forget(ClientId id) {
  gone_before_.remove(id);
  watched_.remove(id);
  if (pidfds_[id.value] >= 0) ::close(pidfds_[id.value]);
  pidfds_[id.value] = -1;
}

ClientSet PidfdWatch::ended() {
  ClientSet ended = gone_before_;
  if (watched_.empty()) return ended;
  std::array<::pollfd, kMaxClients> fds{};
  for (std::size_t i = 0; i < fds.size(); ++i) fds[i] = {pidfds_[i], POLLIN, 0};
  if (::poll(fds.data(), fds.size(), 0) <= 0) return ended;
  for (std::uint8_t i = 0; i < kMaxClients; ++i) {
    if (fds[i].revents != 0) ended.add(ClientId{i});
  }
  return ended;
}

}  // namespace ringside::server
