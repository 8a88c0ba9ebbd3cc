// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/start_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/idle.hpp"
#include "dpdk/runtime_directory.hpp"

namespace ringside::dpdk {
namespace {

// For a start that would end by itself all the same.
constexpr auto kLastChance = std::chrono::seconds(1);
constexpr auto kLook = std::chrono::milliseconds(10);

}  // namespace

StartWatch::StartWatch(pid_t server, Clock::time_point limit, std::function<bool()> cancelled,
                       GiveUp give_up)
    : server_(server),
      limit_(limit),
      cancelled_(std::move(cancelled)),
      give_up_(std::move(give_up)),
      thread_([this] { watch(); }) {}

StartWatch::~StartWatch() {
  done_.store(true, std::memory_order_relaxed);
  thread_.join();
}

void StartWatch::watch() {
  const auto done = [this] { return done_.load(std::memory_order_relaxed); };
  const auto pointless = [this] {
    return cancelled_() || process_state(server_) == ProcessState::kGone;
  };
  poll_until(
      limit_ - Clock::now(), [&] { return done() || pointless(); }, kLook);
  poll_until(std::min<Clock::duration>(kLastChance, limit_ - Clock::now()), done, kLook);
  if (!done()) ::_exit(give_up_(reason()));
}

Error StartWatch::reason() const {
  if (cancelled_()) return Error{"interrupted during the start", ExitCode::kInterrupted};
  const ProcessState state = process_state(server_);
  if (state == ProcessState::kGone) {
    return Error{
        fmt::format("the server (process {}) ended while this process was starting", server_),
        ExitCode::kServerGone};
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  if (state == ProcessState::kStopped) {
    return Error{fmt::format("DPDK waits for the server, process {}, since {:.1f} s; let it go on "
                             "(kill -CONT {}), then start this one again",
                             describe_process(server_), seconds, server_),
                 ExitCode::kTimedOut};
  }
  return Error{
      fmt::format("DPDK's start hangs since {:.1f} s although the server (process {}) runs. Try "
                  "again with a longer --wait in case the machine is busy; if it hangs again, a "
                  "process was killed inside its own start and left one of DPDK's shared locks "
                  "held: restart the server, no new process can join this one",
                  seconds, server_),
      ExitCode::kTimedOut};
}

}  // namespace ringside::dpdk
