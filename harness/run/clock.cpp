// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/clock.hpp"

#include <algorithm>
#include <thread>

namespace ringside::harness {
namespace {

// Polling starts tight, because most waits are short, and backs off, because the programs that are
// waited for need the same two cores.
constexpr Duration kFirstPause = std::chrono::microseconds(200);
constexpr Duration kLongestPause = std::chrono::milliseconds(5);

}  // namespace

TimePoint SteadyClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

void SteadyClock::sleep(Duration duration) {
  std::this_thread::sleep_for(duration);
}

Duration Deadline::left() const {
  if (at_ == TimePoint::max()) return Duration::max();
  return std::max(Duration::zero(), at_ - clock_->now());
}

WaitEnd wait_until(Clock& clock, const Deadline& deadline, const InterruptFlag& interrupted,
                   const std::function<bool()>& condition) {
  Duration pause = kFirstPause;
  for (;;) {
    const bool last_chance = deadline.passed();
    if (condition()) return WaitEnd::kMet;
    if (interrupted.load(std::memory_order_relaxed) != 0) return WaitEnd::kInterrupted;
    if (last_chance) return WaitEnd::kDeadline;
    clock.sleep(std::min(pause, deadline.left()));
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace ringside::harness
