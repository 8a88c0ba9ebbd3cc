// SPDX-License-Identifier: BSD-3-Clause
// Whether somebody who should be moving does.
#pragma once

#include <chrono>
#include <cstdint>

namespace ringside {

/// Watches a count that moves on while its owner works. Time is told by whoever looks, and only the
/// time in which the looker itself was running: a server that was stopped for an hour must not find
/// that all its clients have hung for an hour.
class ProgressWatch {
 public:
  /// Longest span that one look may count; a longer one was a pause of the looker.
  static constexpr std::chrono::nanoseconds kLongestLook = std::chrono::milliseconds(20);

  /// Begins anew, as if the count had just moved.
  void restart(std::uint64_t count) { *this = {count, {}}; }

  /// One look: the count now, and how long after the look before. True when it moved.
  bool look(std::uint64_t count, std::chrono::nanoseconds since_last_look) {
    if (count != count_) {
      restart(count);
      return true;
    }
    still_for_ += since_last_look < kLongestLook ? since_last_look : kLongestLook;
    return false;
  }

  std::chrono::nanoseconds still_for() const { return still_for_; }

  ProgressWatch() = default;

 private:
  ProgressWatch(std::uint64_t count, std::chrono::nanoseconds still)
      : count_(count), still_for_(still) {}
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds still_for_{0};
};

}  // namespace ringside
