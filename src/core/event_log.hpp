// SPDX-License-Identifier: BSD-3-Clause
// What became of clients, in the order in which the server saw it: the last so many events, and how
// many there were of each kind. One thread appends and never waits, however many threads read.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.hpp"

namespace ringside {

enum class EventKind : std::uint8_t {
  kJoin,       ///< a client gets packets from now on
  kRejoin,     ///< so does one whose id another process had held before
  kSuspect,    ///< its worker does not move: no new packets
  kResume,     ///< it moves again: packets again
  kEvict,      ///< it was killed: it hung, or broke the rules
  kDead,       ///< its process has ended without leaving
  kRecovered,  ///< nothing is left of it
  kLeave       ///< it wishes to go: no new packets
};
inline constexpr std::array kEventKinds{
    EventKind::kJoin,  EventKind::kRejoin, EventKind::kSuspect,   EventKind::kResume,
    EventKind::kEvict, EventKind::kDead,   EventKind::kRecovered, EventKind::kLeave};

/// "join", "rejoin", "suspect", "resume", "evict", "dead", "recovered", "leave".
const char* to_text(EventKind kind);

struct Event {
  EventKind kind = EventKind::kJoin;
  ClientId client{};
  std::uint32_t generation = 0;
  std::uint32_t pid = 0;
  std::uint64_t packets = 0;       ///< kRecovered: taken out of its debt
  std::uint64_t lost = 0;          ///< kRecovered: lost in its hands
  std::uint64_t monotonic_ns = 0;  ///< CLOCK_MONOTONIC: to be compared on the same machine
  std::uint64_t wall_ns = 0;       ///< since 1970-01-01 UTC
};

/// Events are numbered 0, 1, 2, ... and kept until so many later ones have come as there is room
/// for. All memory is taken at the beginning, 56 bytes for an event.
class EventLog {
 public:
  static constexpr std::size_t kRoom = 1024;
  static constexpr std::size_t kMostRoom = 1'000'000;

  /// `room`: 1 ... kMostRoom.
  explicit EventLog(std::size_t room = kRoom) : room_(room), slots_(new Slot[room]) {}

  /// One thread only; neither blocks nor allocates.
  void append(const Event& event);

  /// How many were appended so far. This and the rest: any thread.
  std::uint64_t total() const { return total_.load(std::memory_order_acquire); }  // pairs: append()
  /// How many of one kind.
  std::uint64_t count(EventKind kind) const {
    return counts_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
  }
  /// Number of the oldest event that is kept.
  std::uint64_t oldest() const {
    const std::uint64_t all = total();
    return all > room_ ? all - room_ : 0;
  }
  /// Nothing when the event has not happened yet, or is kept no more.
  std::optional<Event> at(std::uint64_t number) const;

 private:
  static constexpr std::size_t kWords = 6;
  /// An event as words, so that a reader who is overtaken reads whole words at least; `version`
  /// tells it that it was.
  struct Slot {
    std::atomic<std::uint64_t> version{0};  ///< 2 * (number + 1); odd while it is being written
    std::array<std::atomic<std::uint64_t>, kWords> words{};
  };

  const std::size_t room_;
  const std::unique_ptr<Slot[]> slots_;
  std::atomic<std::uint64_t> total_{0};
  std::array<std::atomic<std::uint64_t>, kEventKinds.size()> counts_{};
};

/// "2024-01-31T12:00:00.123456789Z" of nanoseconds since 1970-01-01 UTC.
std::string iso_time(std::uint64_t wall_ns);

}  // namespace ringside
