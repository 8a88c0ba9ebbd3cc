// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/peer_process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "core/proc_stat.hpp"
#include "dpdk/runtime_directory.hpp"

namespace ringside::dpdk {

std::optional<PeerProcess> PeerProcess::open(std::uint32_t pid) {
  const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0));
  return fd < 0 ? std::nullopt : std::optional(PeerProcess(fd, pid));
}

PeerProcess::~PeerProcess() {
  if (fd_ >= 0) ::close(fd_);
}

bool PeerProcess::ended() const {
  pollfd waiting{fd_, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

bool PeerProcess::stopped() const {
  return process_state(static_cast<pid_t>(pid_)) == ProcessState::kStopped;
}

bool PeerProcess::signal(int number) const {
  return ::syscall(SYS_pidfd_send_signal, fd_, number, nullptr, 0) == 0;
}

namespace {

std::string stat_of(std::uint32_t pid) {
  return proc_text(std::ifstream(fmt::format("/proc/{}/stat", pid)));
}

}  // namespace

std::optional<std::uint64_t> start_time_of(std::uint32_t pid) {
  return start_time_in(stat_of(pid));
}

bool runs(std::uint32_t pid, std::uint64_t start_time) {
  const std::string stat = stat_of(pid);
  return start_time_in(stat) == start_time && is_exiting_in(stat) == false;
}

bool runs(ClaimWord holder) {
  const auto started = start_time_of(holder.pid);
  return started && ClaimWord::of(holder.pid, *started) == holder && runs(holder.pid, *started);
}

ClaimWord own_claim() {
  const auto pid = static_cast<std::uint32_t>(::getpid());
  return ClaimWord::of(pid, start_time_of(pid).value_or(0));
}

}  // namespace ringside::dpdk
