// SPDX-License-Identifier: BSD-3-Clause
#include "host/line_probe.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "core/statistics.hpp"
#include "host/affinity.hpp"

namespace ringside::host {
namespace {

using ProbeClock = std::chrono::steady_clock;

constexpr unsigned kStretch = 64;
// For the far side's thread to start, on a CPU that others may be using.
constexpr auto kMeeting = std::chrono::milliseconds(500);

struct Line {
  alignas(64) std::atomic<std::uint32_t> turn{0};  ///< odd: the far side's, even: ours
  alignas(64) std::atomic<bool> end{false};        ///< the near side asks no more
};

void answer(Line& line, unsigned cpu) {
  bind_to_cpu(cpu);
  for (unsigned looks = 1;; ++looks) {
    if (looks % 1024 == 0 && line.end.load(std::memory_order_acquire)) return;
    const std::uint32_t turn = line.turn.load(std::memory_order_acquire);
    if (turn % 2 == 1) line.turn.store(turn + 1, std::memory_order_release);
  }
}

/// One round trip; false when the far side is not there until `deadline`.
bool round_trip(Line& line, std::uint32_t& turn, ProbeClock::time_point deadline) {
  line.turn.store(++turn, std::memory_order_release);
  ++turn;
  for (unsigned looks = 1; line.turn.load(std::memory_order_acquire) != turn; ++looks) {
    if (looks % 1024 == 0 && ProbeClock::now() > deadline) return false;
  }
  return true;
}

double ask(Line& line, unsigned cpu, std::chrono::nanoseconds time) {
  bind_to_cpu(cpu);
  std::vector<double> stretches;
  std::uint32_t turn = 0;
  // The first one waits until the far side runs.
  bool there = round_trip(line, turn, ProbeClock::now() + kMeeting);
  const auto deadline = ProbeClock::now() + time;
  auto begin = ProbeClock::now();
  while (there && begin < deadline) {
    for (unsigned i = 0; i < kStretch && there; ++i) there = round_trip(line, turn, deadline);
    const auto end = ProbeClock::now();
    const std::chrono::duration<double, std::nano> taken = end - begin;
    if (there) stretches.push_back(taken.count() / kStretch);
    begin = end;
  }
  line.end.store(true, std::memory_order_release);
  return median(std::move(stretches));
}

}  // namespace

double line_round_trip_ns(unsigned cpu_a, unsigned cpu_b, std::chrono::nanoseconds time) {
  Line line;
  double result = 0;
  std::thread far(answer, std::ref(line), cpu_b);
  std::thread near([&] { result = ask(line, cpu_a, time); });
  near.join();
  far.join();
  return result;
}

}  // namespace ringside::host
