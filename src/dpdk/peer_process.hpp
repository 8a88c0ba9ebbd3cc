// SPDX-License-Identifier: BSD-3-Clause
// Another process of this machine, held by a pidfd: unlike a pid, it never comes to mean a later
// process.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/slot_claim.hpp"

namespace ringside::dpdk {

class PeerProcess {
 public:
  /// Nothing when there is no such process, or none that this one can see.
  static std::optional<PeerProcess> open(std::uint32_t pid);

  PeerProcess(PeerProcess&& other) noexcept : fd_(std::exchange(other.fd_, -1)), pid_(other.pid_) {}
  PeerProcess& operator=(PeerProcess&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(pid_, other.pid_);
    return *this;
  }
  ~PeerProcess();

  /// Whether it has ended, be it that nobody has waited for it yet.
  bool ended() const;
  /// It is stopped (SIGSTOP).
  bool stopped() const;
  /// Sends a signal; false when it has ended or is not ours to signal.
  bool signal(int number) const;
  /// Readable, for poll(2), once the process has ended.
  int descriptor() const { return fd_; }

 private:
  PeerProcess(int fd, std::uint32_t pid) : fd_(fd), pid_(pid) {}
  int fd_;
  std::uint32_t pid_;
};

/// Field 22 of /proc/PID/stat, or nothing when there is no such process.
std::optional<std::uint64_t> start_time_of(std::uint32_t pid);

/// The process of that pid that began at `start_time` (as above) is there, and its main thread has
/// not begun to end.
bool runs(std::uint32_t pid, std::uint64_t start_time);

/// Whether the holder of a claim runs, in the same sense.
bool runs(ClaimWord holder);
/// The claim of this process.
ClaimWord own_claim();

}  // namespace ringside::dpdk
