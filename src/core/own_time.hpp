// SPDX-License-Identifier: BSD-3-Clause
// How much time a thread has had, as others saw it: whether it is slow or starved.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace ringside {

/// The time in which a thread ran or slept. That in which it was ready to run and got no CPU does
/// not count: on a machine with too much to do it may be nearly all.
class OwnTime {
 public:
  using Clock = std::chrono::steady_clock;
  struct Look {
    Clock::time_point at;
    bool ready = false;                           ///< it runs, or would if it could
    std::optional<std::chrono::nanoseconds> ran;  ///< so far in its life; nothing: unknown
  };

  /// `step`: from look to look. One that comes much later means that whoever looks was starved
  /// himself, and counts as two.
  OwnTime(std::chrono::nanoseconds step, const Look& first)
      : longest_(2 * step), begin_(first.at), last_(first) {}

  void look(const Look& now) {
    const std::chrono::nanoseconds time = now.at - last_.at;
    if (now.ready && now.ran && last_.ran) {
      own_ += std::clamp(*now.ran - *last_.ran, std::chrono::nanoseconds(0), time);
    } else {
      own_ += std::min(time, longest_);
    }
    last_ = now;
  }

  std::chrono::nanoseconds elapsed() const { return own_; }
  /// What does not count.
  std::chrono::nanoseconds starved() const { return last_.at - begin_ - own_; }

 private:
  const std::chrono::nanoseconds longest_;
  const Clock::time_point begin_;
  Look last_;
  std::chrono::nanoseconds own_{0};
};

}  // namespace ringside
