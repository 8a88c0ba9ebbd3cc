// SPDX-License-Identifier: BSD-3-Clause
// What a client owes: every packet that one receiver handed to it and that has not come back,
// oldest first. It stands in the server's private memory, so no client can spoil it, and it is
// compared with what comes back: after a client's death it holds exactly what was lost with it.
//
// One producer (the receiver that hands over) and one consumer (the lcore that takes back). What
// orders the two is the trip of the packet itself through the client's rings; only the scan and the
// numbers below are read across.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "core/assignment.hpp"

namespace ringside {

/// What is remembered of a packet besides its buffer.
using Origin = Assignment;

/// A packet that somebody owes.
struct OwedPacket {
  void* packet = nullptr;
  Origin origin;
};

/// What a packet that came back was.
enum class Settled : std::uint8_t {
  kInOrder,     ///< the oldest that was owed
  kOutOfOrder,  ///< owed, but not its turn
  kNotOwed      ///< never handed over, or back already
};

class OwedFifo {
 public:
  /// Room for `size` packets, and for `staged` more that are not owed yet.
  OwedFifo(std::size_t size, std::size_t staged)
      : size_(size), slots_(size + staged), packets_(slots_ + staged), origins_(slots_ + staged) {}

  // Producer.

  /// Where to write packets before push(), one after the other: they are written once, and go to
  /// the ring from there.
  struct Stage {
    void** packets;
    Origin* origins;
  };
  /// Of which `staged` ones are written already, behind those of the last push(); valid until the
  /// next one. The lines of the next `expected` are asked for: they were last written a lap ago.
  Stage stage(std::size_t staged, std::size_t expected = 0) {
    if (tail_ >= slots_) {
      copy_to_front(tail_, staged);
      tail_ -= slots_;
    }
    const std::size_t next = tail_ + staged;
    prefetch(packets_, next, expected);
    prefetch(origins_, next, expected);
    return {&packets_[tail_], &origins_[tail_]};
  }

  /// How many are owed; never less than that, whoever asks.
  std::size_t size() const {
    const std::uint64_t back = settled();  // first, or it could be ahead
    return pushed() - back;
  }
  std::size_t room() const { return size_ - size(); }
  /// The first `count` on the stage are owed now. Precondition: count <= room(). Call before they
  /// can be with the client.
  void push(std::size_t count) {
    if (tail_ + count > slots_) copy_to_front(slots_, tail_ + count - slots_);
    tail_ += count;
    // pairs: settle(), for a client that guesses
    pushed_.store(pushed() + count, std::memory_order_release);
  }
  /// Settles the oldest until there is room for `count`. For one who knows that they are done, and
  /// is the consumer too.
  void make_room(std::size_t count) {
    if (room() < count) forget_but(size_ - count);
  }
  /// Settles all but the newest `count`; likewise.
  void forget_but(std::size_t count) {
    if (size() > count) pass(size() - count);
  }
  /// The newest `count` are on the stage again, before what was there: the ring did not take them.
  /// Directly after push().
  void undo_push(std::size_t count) {
    tail_ -= count;
    pushed_.store(pushed() - count, std::memory_order_relaxed);
  }
  /// Calls visit(packet, number) for what is owed, oldest first. The packet is back when settled()
  /// is greater than its number. One that comes back meanwhile may be visited or not.
  template <typename Visit>
  void for_each(Visit&& visit) {
    const std::uint64_t end = pushed();
    const std::size_t end_slot = in_lap(tail_) + slots_;
    for (std::uint64_t at = settled(); at < end; ++at) {
      const std::size_t slot = in_lap(end_slot - (end - at));
      void* const packet = std::atomic_ref(packets_[slot]).load(std::memory_order_relaxed);
      if (packet != nullptr) visit(OwedPacket{packet, origins_[slot]}, at);
    }
  }
  /// Moves everything that is owed to the end of `to`, oldest first. Precondition: the consumer has
  /// taken all that came back and will take nothing more (its last settle() happens before).
  std::size_t drain(std::vector<OwedPacket>& to);

  // Consumer.

  /// Settles packets from the front for as long as they are the oldest owed; returns how many were.
  /// With the result equal to packets.size() the client did as it should.
  std::size_t settle(std::span<void* const> packets) {
    const std::uint64_t owed =
        pushed_.load(std::memory_order_acquire) - settled();  // pairs: push()
    if (packets.size() > owed) packets = packets.first(owed);
    const std::size_t matched =
        gaps_ == 0 && all_are_next(packets) ? packets.size() : count_next(packets);
    if (matched > 0) pass(matched);
    return matched;
  }
  /// The packets that stand in the books where `packets` begins: a copy of its front that nobody
  /// else can write, for as long as they are owed. Empty when the first one is not the oldest that
  /// is owed; all of it, mostly.
  std::span<void*> matching(std::span<void* const> packets) {
    if (gaps_ > 0) return {};
    // pairs: push(), for a client that guesses
    const std::uint64_t owed = pushed_.load(std::memory_order_acquire) - settled();
    // Not std::min() of a list: GCC 12 builds that in memory.
    std::size_t in_row = packets.size();
    if (in_row > owed) in_row = owed;
    if (in_row > slots_ - head_) in_row = slots_ - head_;
    void** const mine = &packets_[head_];
    return std::equal(mine, mine + in_row, packets.data()) ? std::span(mine, in_row)
                                                           : std::span<void*>();
  }
  /// Settles the oldest `count`. Precondition: matching() gave so many.
  void settle_oldest(std::size_t count) { pass(count); }
  /// The long way, for a packet that settle() stopped at.
  Settled settle_one(const void* packet);

  // Both.

  std::uint64_t pushed() const { return pushed_.load(std::memory_order_relaxed); }
  /// All numbers below this one are back.
  std::uint64_t settled() const { return settled_.load(std::memory_order_acquire); }

 private:
  void skip_settled();

  /// `slot`, or the same one lap earlier.
  std::size_t in_lap(std::size_t slot) const { return slot < slots_ ? slot : slot - slots_; }
  /// What stands from slot `from` on, behind the last of a lap, belongs to the front of the next.
  void copy_to_front(std::size_t from, std::size_t count) {
    std::copy_n(&packets_[from], count, &packets_[from - slots_]);
    std::copy_n(&origins_[from], count, &origins_[from - slots_]);
  }
  template <typename T>
  static void prefetch(const std::vector<T>& column, std::size_t from, std::size_t count) {
    const std::size_t end = std::min(from + count, column.size());
    constexpr std::size_t kInLine = 64 / sizeof(T);
    for (std::size_t i = from; i < end; i += kInLine) __builtin_prefetch(&column[i]);
  }
  /// Settles the oldest `count`.
  void pass(std::size_t count) {
    head_ = in_lap(head_ + count);
    settled_.store(settled() + count, std::memory_order_release);
  }
  /// The i-th oldest is still owed and is this one; nothing is what is not there, a null pointer
  /// neither.
  bool is_at(std::size_t i, const void* packet) const {
    return packet != nullptr && packets_[in_lap(head_ + i)] == packet;
  }
  /// is_at() of all, when no slot of them is empty.
  bool all_are_next(std::span<void* const> packets) const {
    const std::size_t in_this_lap = std::min(packets.size(), slots_ - head_);
    const auto are_at = [this](std::size_t slot, std::span<void* const> some) {
      return std::ranges::equal(some, std::span(packets_).subspan(slot, some.size()));
    };
    return are_at(head_, packets.first(in_this_lap)) &&
           (in_this_lap == packets.size() || are_at(0, packets.subspan(in_this_lap)));
  }
  std::size_t count_next(std::span<void* const> packets) const;

  const std::size_t size_;
  const std::size_t slots_;  ///< of a lap; behind them is room for what is staged at its end
  // Columns: a packet is compared, and goes to the ring, without its origin.
  std::vector<void*> packets_;  ///< null: came back before its turn
  std::vector<Origin> origins_;
  alignas(64) std::atomic<std::uint64_t> pushed_{0};  // writer: producer
  std::size_t tail_ = 0;  ///< producer: slot of the stage; may be behind the last until stage()
  alignas(64) std::atomic<std::uint64_t> settled_{0};  // writer: consumer, and drain()
  std::size_t head_ = 0;  ///< consumer: slot of the oldest that is owed
  std::size_t gaps_ = 0;  ///< consumer: slots that became empty before their turn
};

}  // namespace ringside
