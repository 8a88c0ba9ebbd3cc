// SPDX-License-Identifier: BSD-3-Clause
// One secondary at a time enters rte_eal_init().
//
// At the end of its start every process of DPDK sweeps the runtime directory: it locks each
// fbarray_* file, and removes the file if that succeeds (eal_clean_runtime_dir). A secondary that
// has opened its own file and not locked it yet loses that race: "Cannot initialize local memory
// map". So ours take turns, by a lock on a file that the sweep leaves alone.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace ringside::dpdk {

class StartTurn {
 public:
  /// Waits until no other process holds the turn at `file`, which exists. Without the turn when
  /// `patience` has passed (a process that hangs must not keep all others out), when `cancelled`,
  /// or when the file cannot be opened.
  static StartTurn take(const std::string& file, std::chrono::nanoseconds patience,
                        const std::function<bool()>& cancelled);

  StartTurn(StartTurn&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), mine_(std::exchange(other.mine_, false)) {}
  StartTurn& operator=(StartTurn&&) = delete;
  /// Gives the turn to the next.
  ~StartTurn();

  /// False when it was not to be had.
  bool mine() const { return mine_; }

 private:
  StartTurn(int fd, bool mine) : fd_(fd), mine_(mine) {}

  int fd_;
  bool mine_;
};

}  // namespace ringside::dpdk
