// SPDX-License-Identifier: BSD-3-Clause
#include "host/sleep_probe.hpp"

#include <ctime>
#include <thread>

namespace ringside::host {
namespace {

double now_ns(clockid_t clock) {
  std::timespec time{};
  ::clock_gettime(clock, &time);
  return 1e9 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec);
}

}  // namespace

SleepCost sleep_cost(std::chrono::nanoseconds asked, std::chrono::nanoseconds time) {
  const double begin = now_ns(CLOCK_MONOTONIC);
  const double cpu_begin = now_ns(CLOCK_THREAD_CPUTIME_ID);
  const double until = begin + static_cast<double>(time.count());
  double end = begin;
  unsigned sleeps = 0;
  do {
    std::this_thread::sleep_for(asked);
    ++sleeps;
    end = now_ns(CLOCK_MONOTONIC);
  } while (end < until);
  return {(end - begin) / sleeps, (now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_begin) / sleeps};
}

}  // namespace ringside::host
