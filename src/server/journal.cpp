// SPDX-License-Identifier: BSD-3-Clause
#include "server/journal.hpp"

#include <chrono>

namespace ringside::server {
namespace {

template <typename Clock>
std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(Clock::now().time_since_epoch()).count());
}

}  // namespace

void Journal::note(Event event, std::string_view detail) {
  event.monotonic_ns = now_ns<std::chrono::steady_clock>();
  event.wall_ns = now_ns<std::chrono::system_clock>();
  say(event, detail);
  if (keep_(event)) events_.append(event);
}

void Journal::say(const Event& event, std::string_view detail) const {
  const unsigned id = event.client.value;
  switch (event.kind) {
    case EventKind::kJoin:
      return log_.info("Client process {} connected (pid {}, {})", id, event.pid, detail);
    case EventKind::kRejoin:
      return log_.info("Client process {} connected (pid {}, {}), generation {}", id, event.pid,
                       detail, event.generation);
    case EventKind::kSuspect:
      return log_.warning("Client process {} (pid {}) has not moved for {}: it gets no new packets",
                          id, event.pid, detail);
    case EventKind::kResume:
      return log_.info("Client process {} moves again", id);
    case EventKind::kEvict:
      return log_.warning("Client process {} (pid {}) is evicted: {}", id, event.pid, detail);
    case EventKind::kDead:
      return log_.warning("Client process {} died (pid {}, {})", id, event.pid, detail);
    case EventKind::kRecovered:
      return log_.info("Client process {}: {} packets recovered", id, event.packets);
    case EventKind::kLeave:
      return log_.info("Client process {} leaves", id);
  }
}

}  // namespace ringside::server
