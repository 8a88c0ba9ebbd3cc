// SPDX-License-Identifier: BSD-3-Clause
#include "server/process_watch.hpp"

#include <poll.h>

#include <csignal>
#include <utility>

namespace ringside::server {

bool PidfdWatch::watch(ClientId id, std::uint32_t pid, std::uint64_t start_time) {
  forget(id);
  auto process = dpdk::PeerProcess::open(pid);
  // Asked after the descriptor was opened: a process that began at that time under that pid is the
  // one that we hold.
  if (!process || dpdk::start_time_of(pid) != start_time || process->ended()) return false;
  processes_[id.value].emplace(Watched{std::move(*process), pid, start_time});
  watched_.add(id);
  return true;
}

void PidfdWatch::forget(ClientId id) {
  watched_.remove(id);
  processes_[id.value].reset();
}

ClientSet PidfdWatch::ended() {
  ClientSet ended;
  if (watched_.empty()) return ended;
  std::array<::pollfd, kMaxClients> fds{};
  for (std::size_t i = 0; i < fds.size(); ++i) {
    fds[i] = {processes_[i] ? processes_[i]->process.descriptor() : -1, POLLIN, 0};
  }
  if (::poll(fds.data(), fds.size(), 0) <= 0) return ended;
  for (std::uint8_t i = 0; i < kMaxClients; ++i) {
    if (fds[i].revents != 0) ended.add(ClientId{i});
  }
  return ended;
}

bool PidfdWatch::runs(ClientId id) {
  const auto& watched = processes_[id.value];
  return watched && dpdk::runs(watched->pid, watched->start_time);
}

bool PidfdWatch::kill(ClientId id) {
  const auto& watched = processes_[id.value];
  return watched && watched->process.signal(SIGKILL);
}

}  // namespace ringside::server
