// SPDX-License-Identifier: BSD-3-Clause
// Time as the harness sees it. Everything that waits does so through wait_until(), so that tests
// drive it with a fake clock; sleeping occurs in clock.cpp only.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>

namespace ringside::harness {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Where "now" comes from and how to let time pass. Safe to use from several threads.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual void sleep(Duration duration) = 0;
};

/// The machine's monotonic clock.
class SteadyClock final : public Clock {
 public:
  TimePoint now() const override;
  void sleep(Duration duration) override;
};

/// A point in time by which something must have happened.
class Deadline {
 public:
  Deadline(const Clock& clock, Duration from_now) : clock_(&clock), at_(clock.now() + from_now) {}
  /// One that never passes: a person is at a debugger.
  static Deadline never(const Clock& clock) { return Deadline(clock); }

  bool passed() const { return at_ != TimePoint::max() && clock_->now() >= at_; }
  /// Time left, zero when passed.
  Duration left() const;
  /// The earlier of the two.
  Deadline sooner_of(const Deadline& other) const { return at_ <= other.at_ ? *this : other; }

 private:
  explicit Deadline(const Clock& clock) : clock_(&clock), at_(TimePoint::max()) {}
  const Clock* clock_;
  TimePoint at_;
};

enum class WaitEnd { kMet, kDeadline, kInterrupted };

/// Raised by a signal handler: how many signals to end have come. Lock-free.
using InterruptFlag = std::atomic<int>;

/// Calls `condition` until it holds, the deadline passes or `interrupted` is raised. The condition
/// is asked once more after the deadline, so that a loaded machine does not turn "done" into
/// "late".
WaitEnd wait_until(Clock& clock, const Deadline& deadline, const InterruptFlag& interrupted,
                   const std::function<bool()>& condition);

}  // namespace ringside::harness
