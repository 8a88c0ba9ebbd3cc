// SPDX-License-Identifier: BSD-3-Clause
// Sees the end of the processes behind the slots, at once and without their help.
#pragma once

#include <array>

#include "core/client_set.hpp"
#include "core/result.hpp"

namespace ringside::server {

/// What membership needs to know of processes; tests put their own in its place.
class ProcessWatch {
 public:
  virtual ~ProcessWatch() = default;
  /// Watches `pid` as the process of `id`, instead of the one before. Error kEnvironment where the
  /// kernel does not let us.
  virtual Status watch(ClientId id, std::uint32_t pid) = 0;
  virtual void forget(ClientId id) = 0;
  /// Of those watched, the clients whose process has ended. One system call, none when nobody is
  /// watched.
  virtual ClientSet ended() = 0;
};

/// By pidfd (Linux 5.3).
class PidfdWatch final : public ProcessWatch {
 public:
  PidfdWatch();
  ~PidfdWatch() override;
  PidfdWatch(const PidfdWatch&) = delete;
  PidfdWatch& operator=(const PidfdWatch&) = delete;

  Status watch(ClientId id, std::uint32_t pid) override;
  void forget(ClientId id) override;
  ClientSet ended() override;

 private:
  std::array<int, kMaxClients> pidfds_;
  ClientSet watched_;
  ClientSet gone_before_;  // had ended when we were to watch them
};

}  // namespace ringside::server
