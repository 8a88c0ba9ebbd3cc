// SPDX-License-Identifier: BSD-3-Clause
#include "core/event_log.hpp"

#include <fmt/format.h>

#include <chrono>

#include "core/shared_counter.hpp"

namespace ringside {
namespace {

using EventWords = std::array<std::uint64_t, 6>;

EventWords to_words(const Event& event) {
  return {std::uint64_t{event.generation} << 32 | std::uint64_t{event.client.value} << 8 |
              static_cast<std::uint64_t>(event.kind),
          event.pid,
          event.packets,
          event.lost,
          event.monotonic_ns,
          event.wall_ns};
}

Event from_words(const EventWords& words) {
  Event event;
  event.kind = static_cast<EventKind>(words[0] & 0xff);
  event.client = ClientId{static_cast<std::uint8_t>(words[0] >> 8 & 0xff)};
  event.generation = static_cast<std::uint32_t>(words[0] >> 32);
  event.pid = static_cast<std::uint32_t>(words[1]);
  event.packets = words[2];
  event.lost = words[3];
  event.monotonic_ns = words[4];
  event.wall_ns = words[5];
  return event;
}

}  // namespace

const char* to_text(EventKind kind) {
  switch (kind) {
    case EventKind::kJoin:
      return "join";
    case EventKind::kRejoin:
      return "rejoin";
    case EventKind::kSuspect:
      return "suspect";
    case EventKind::kResume:
      return "resume";
    case EventKind::kEvict:
      return "evict";
    case EventKind::kDead:
      return "dead";
    case EventKind::kRecovered:
      return "recovered";
    case EventKind::kLeave:
      return "leave";
  }
  return "unknown";
}

void EventLog::append(const Event& event) {
  const std::uint64_t number = total_.load(std::memory_order_relaxed);
  Slot& slot = slots_[number % room_];
  slot.version.store(2 * number + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);  // pairs: the fence in at()
  const EventWords words = to_words(event);
  for (std::size_t i = 0; i < kWords; ++i) {
    slot.words[i].store(words[i], std::memory_order_relaxed);
  }
  slot.version.store(2 * (number + 1), std::memory_order_release);  // pairs: at()
  add(counts_[static_cast<std::size_t>(event.kind)], 1);
  total_.store(number + 1, std::memory_order_release);  // pairs: total()
}

std::optional<Event> EventLog::at(std::uint64_t number) const {
  const Slot& slot = slots_[number % room_];
  const std::uint64_t whole = 2 * (number + 1);
  if (slot.version.load(std::memory_order_acquire) != whole)
    return std::nullopt;  // pairs: append()
  EventWords words;
  for (std::size_t i = 0; i < kWords; ++i) words[i] = slot.words[i].load(std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_acquire);  // pairs: the fence in append()
  if (slot.version.load(std::memory_order_relaxed) != whole) return std::nullopt;
  return from_words(words);
}

std::string iso_time(std::uint64_t wall_ns) {
  using namespace std::chrono;
  const sys_time<nanoseconds> time{nanoseconds(wall_ns)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace ringside
