// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/start_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "core/idle.hpp"
#include "core/proc_stat.hpp"
#include "dpdk/runtime_directory.hpp"

namespace ringside::dpdk {
namespace {

// For a start that would end by itself all the same.
constexpr auto kLastChance = std::chrono::seconds(1);
constexpr auto kLook = std::chrono::milliseconds(10);
// What a server has open and mapped goes away before its process does.
constexpr auto kDying = std::chrono::milliseconds(500);
constexpr auto kForEver = std::chrono::hours(24 * 365);
// A tenth of it is usual.
constexpr auto kLongStart = std::chrono::seconds(2);

OwnTime::Look look_at_main_thread() {
  const pid_t thread = ::getpid();
  const std::string stat =
      proc_text(std::ifstream(fmt::format("/proc/self/task/{}/schedstat", thread)));
  return {OwnTime::Clock::now(), is_ready(thread), run_time_in(stat)};
}

Error interrupted() {
  return Error{"interrupted during the start", ExitCode::kInterrupted};
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

StartWatch::StartWatch(pid_t server, Clock::time_point limit, std::chrono::nanoseconds least,
                       std::function<bool()> cancelled, GiveUp give_up)
    : server_(server),
      limit_(limit),
      least_(least),
      own_time_(kLook, look_at_main_thread()),
      cancelled_(std::move(cancelled)),
      give_up_(std::move(give_up)),
      thread_([this] { watch(); }) {}

std::chrono::nanoseconds StartWatch::stop() {
  done_.store(true, std::memory_order_relaxed);
  if (thread_.joinable()) thread_.join();
  return own_time_.starved();
}

void StartWatch::watch() {
  const auto done = [this] { return done_.load(std::memory_order_relaxed); };
  const auto pointless = [this] {
    return cancelled_() || process_state(server_) == ProcessState::kGone;
  };
  const auto over = [&] { return done() || pointless() || overdue(); };
  poll_until(
      kForEver, [&] { return over() || own_time_.elapsed() >= kLongStart; }, kLook);
  if (!over()) warn();
  poll_until(kForEver, over, kLook);
  poll_until(
      kLastChance, [&] { return done() || overdue(); }, kLook);
  if (!done()) ::_exit(give_up_(reason()));
}

bool StartWatch::overdue() {
  own_time_.look(look_at_main_thread());
  return Clock::now() >= limit_ && own_time_.elapsed() >= least_;
}

/// Whoever waits for long must not hear nothing meanwhile.
void StartWatch::warn() const {
  fmt::print(stderr,
             "DPDK's start takes {:.1f} s so far, and is waited for {:.0f} s more; it hangs if the "
             "server (process {}) is stopped, or if a process was killed inside its own start: "
             "then only a restart of the server helps\n",
             seconds(Clock::now() - begin_), seconds(limit_ - Clock::now()), server_);
}

Error StartWatch::reason_of(Error error) const {
  const auto gone = [this] { return process_state(server_) == ProcessState::kGone; };
  poll_until(
      kDying, [&] { return cancelled_() || gone(); }, kLook);
  if (cancelled_()) return interrupted();
  return gone() ? server_ended() : error;
}

Error StartWatch::server_ended() const {
  return Error{
      fmt::format("the server (process {}) ended while this process was starting", server_),
      ExitCode::kServerGone};
}

Error StartWatch::reason() const {
  if (cancelled_()) return interrupted();
  const ProcessState state = process_state(server_);
  if (state == ProcessState::kGone) return server_ended();
  const double time = seconds(Clock::now() - begin_);
  if (state == ProcessState::kStopped) {
    return Error{fmt::format("DPDK waits for the server, process {}, since {:.1f} s; let it go on "
                             "(kill -CONT {}), then start this one again",
                             describe_process(server_), time, server_),
                 ExitCode::kTimedOut};
  }
  return Error{
      fmt::format("DPDK's start hangs since {:.1f} s (for {:.1f} s of them others had the CPU) "
                  "although the server (process {}) runs. Try again; if it hangs again, a process "
                  "was killed inside its own start and left one of DPDK's shared locks held: "
                  "restart the server, no new process can join this one",
                  time, seconds(own_time_.starved()), server_),
      ExitCode::kTimedOut};
}

}  // namespace ringside::dpdk
