// SPDX-License-Identifier: BSD-3-Clause
// Sees the end of the processes behind the slots, at once and without their help.
#pragma once

#include <array>
#include <optional>

#include "core/client_set.hpp"
#include "core/result.hpp"
#include "dpdk/peer_process.hpp"

namespace ringside::server {

/// What membership needs to know of processes; tests put their own in its place.
class ProcessWatch {
 public:
  virtual ~ProcessWatch() = default;
  /// Watches `pid`, begun at `start_time` (field 22 of /proc/PID/stat), as the process of `id`,
  /// instead of the one before. False when there is no such process, or none we may watch.
  virtual bool watch(ClientId id, std::uint32_t pid, std::uint64_t start_time) = 0;
  virtual void forget(ClientId id) = 0;
  /// Of those watched, the clients whose process has ended. One system call, none when nobody is
  /// watched.
  virtual ClientSet ended() = 0;
  /// The main thread of `id`, which is watched, still runs its program or may do so.
  virtual bool runs(ClientId id) = 0;
  /// Ends the process of `id` by SIGKILL. False when it is not ours to end.
  virtual bool kill(ClientId id) = 0;
};

/// By pidfd (Linux 5.3).
class PidfdWatch final : public ProcessWatch {
 public:
  bool watch(ClientId id, std::uint32_t pid, std::uint64_t start_time) override;
  void forget(ClientId id) override;
  ClientSet ended() override;
  bool runs(ClientId id) override;
  bool kill(ClientId id) override;

 private:
  struct Watched {
    dpdk::PeerProcess process;
    std::uint32_t pid;
    std::uint64_t start_time;
  };
  std::array<std::optional<Watched>, kMaxClients> processes_;
  ClientSet watched_;
};

}  // namespace ringside::server
