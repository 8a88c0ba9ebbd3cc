// SPDX-License-Identifier: BSD-3-Clause
#include "client/stop_signals.hpp"

#include <csignal>
#include <system_error>

namespace ringside::client {
namespace {

/// Ends the wait of the thread that lets signals in; it has a handler (signals::install()).
constexpr int kWake = SIGUSR1;

constexpr int kStops[] = {SIGINT, SIGTERM};

void block_stops() {
  sigset_t stops;
  ::sigemptyset(&stops);
  for (const int signal : kStops) ::sigaddset(&stops, signal);
  ::pthread_sigmask(SIG_BLOCK, &stops, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
  sigset_t all;
  sigset_t mask;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &mask);  // the new thread's from its first instruction on
  for (const int signal : kStops) ::sigaddset(&mask, signal);
  try {
    thread_ = std::thread([this] { let_in(); });
  } catch (const std::system_error&) {
    for (const int signal : kStops) ::sigdelset(&mask, signal);  // as in any program, then
  }
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

void StopSignals::close() {
  std::call_once(closed_, [this] {
    if (!thread_.joinable()) return block_stops();
    closing_.store(true, std::memory_order_relaxed);
    ::pthread_kill(thread_.native_handle(), kWake);
    thread_.join();
  });
}

/// Begins with all signals blocked. Handlers run inside of the wait alone, all that are due before
/// it ends.
void StopSignals::let_in() {
  sigset_t others;
  ::sigfillset(&others);
  for (const int signal : kStops) ::sigdelset(&others, signal);
  ::sigdelset(&others, kWake);
  do {
    ::sigsuspend(&others);
  } while (!closing_.load(std::memory_order_relaxed));
}

}  // namespace ringside::client
