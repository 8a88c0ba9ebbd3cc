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
#include <utility>
#include <vector>

#include "core/ids.hpp"

namespace ringside {

/// A packet that somebody owes, in one word: where its buffer stands (aligned to 64 bytes, below
/// 2^48), the port it came in by, and the bucket of its flow.
class OwedPacket {
 public:
  OwedPacket() = default;
  OwedPacket(const void* packet, PortIndex port, std::uint16_t bucket)
      : word_(reinterpret_cast<std::uintptr_t>(packet) | port.value |
              std::uint64_t{bucket} << kBucketShift) {}

  void* packet() const { return reinterpret_cast<void*>(word_ & kAddress); }
  PortIndex port() const { return {static_cast<std::uint8_t>(word_ & kPort)}; }
  std::uint16_t bucket() const { return static_cast<std::uint16_t>(word_ >> kBucketShift); }
  /// Nothing is what is not there, a null pointer neither.
  bool is(const void* packet) const {
    return word_ != 0 && (word_ & kAddress) == reinterpret_cast<std::uintptr_t>(packet);
  }
  std::uint64_t word() const { return word_; }

 private:
  friend class OwedFifo;
  static constexpr std::uint64_t kPort = 0x3f;
  static constexpr unsigned kBucketShift = 48;
  static constexpr std::uint64_t kAddress = ((std::uint64_t{1} << kBucketShift) - 1) & ~kPort;
  static_assert(kMaxPorts <= kPort + 1);

  std::uint64_t word_ = 0;  // 0: came back before its turn
};

/// What a packet that came back was.
enum class Settled : std::uint8_t {
  kInOrder,     ///< the oldest that was owed
  kOutOfOrder,  ///< owed, but not its turn
  kNotOwed      ///< never handed over, or back already
};

class OwedFifo {
 public:
  /// Room for `size` packets; a power of two.
  explicit OwedFifo(std::size_t size) : slots_(size), mask_(size - 1) {}

  // Producer.

  std::size_t room() const { return slots_.size() - (pushed() - settled()); }
  /// Writes down `packets`, and where their buffers stand to `buffers`. Preconditions:
  /// packets.size() <= room() and no more than there are `buffers`. Call before the packets can be
  /// with the client.
  void push(std::span<const OwedPacket> packets, void** buffers) {
    const std::uint64_t at = pushed();
    const auto write = [](std::span<const OwedPacket> from, OwedPacket* slots, void** to) {
      for (std::size_t i = 0; i < from.size(); ++i) {
        slots[i] = from[i];
        to[i] = from[i].packet();
      }
    };
    const auto [front, back] = split(packets, at);
    write(front, &slots_[at & mask_], buffers);
    if (!back.empty()) write(back, slots_.data(), buffers + front.size());
    // pairs: settle(), for a client that guesses
    pushed_.store(at + packets.size(), std::memory_order_release);
  }
  /// Settles the oldest until there is room for `count`. For one who knows that they are done, and
  /// is the consumer too.
  void make_room(std::size_t count) {
    if (room() < count) forget_but(slots_.size() - count);
  }
  /// Settles all but the newest `count`; likewise.
  void forget_but(std::size_t count) {
    if (pushed() - settled() > count) settled_.store(pushed() - count, std::memory_order_relaxed);
  }
  /// Takes the newest `count` off again: the ring did not take them.
  void undo_push(std::size_t count) { pushed_.store(pushed() - count, std::memory_order_relaxed); }
  /// Calls visit(packet, number) for what is owed, oldest first. The packet is back when settled()
  /// is greater than its number. One that comes back meanwhile may be visited or not.
  template <typename Visit>
  void for_each(Visit&& visit) {
    const std::uint64_t end = pushed();
    for (std::uint64_t at = settled(); at < end; ++at) {
      OwedPacket packet;
      packet.word_ = std::atomic_ref(slots_[at & mask_].word_).load(std::memory_order_relaxed);
      if (packet.word_ != 0) visit(packet, at);
    }
  }
  /// Moves everything that is owed to the end of `to`, oldest first. Precondition: the consumer has
  /// taken all that came back and will take nothing more (its last settle() happens before).
  std::size_t drain(std::vector<OwedPacket>& to);

  // Consumer.

  /// Settles packets from the front for as long as they are the oldest owed; returns how many were.
  /// With the result equal to packets.size() the client did as it should.
  std::size_t settle(std::span<void* const> packets) {
    const std::uint64_t begin = settled();
    const std::uint64_t owed = pushed_.load(std::memory_order_acquire) - begin;  // pairs: push()
    packets = packets.first(std::min<std::uint64_t>(packets.size(), owed));
    std::size_t matched = 0;
    if (gaps_ == 0 && all_are_next(packets, begin)) {
      matched = packets.size();
    } else {
      for (const void* const packet : packets) {
        if (!slots_[(begin + matched) & mask_].is(packet)) break;
        ++matched;
      }
    }
    if (matched > 0) settled_.store(begin + matched, std::memory_order_release);
    return matched;
  }
  /// The long way, for a packet that settle() stopped at.
  Settled settle_one(const void* packet);

  // Both.

  std::uint64_t pushed() const { return pushed_.load(std::memory_order_relaxed); }
  /// All numbers below this one are back.
  std::uint64_t settled() const { return settled_.load(std::memory_order_acquire); }

 private:
  void skip_settled();

  /// `packets` from number `at` on: those up to the last slot, and those from the first one on.
  template <typename T>
  std::pair<std::span<T>, std::span<T>> split(std::span<T> packets, std::uint64_t at) const {
    const std::size_t until_end =
        std::min<std::size_t>(packets.size(), slots_.size() - (at & mask_));
    return {packets.first(until_end), packets.subspan(until_end)};
  }
  /// slots_[...].is() of each, without a branch for each; for slots none of which is empty.
  bool all_are_next(std::span<void* const> packets, std::uint64_t begin) const {
    std::uint64_t differ = 0;
    const auto compare = [&differ](const OwedPacket* slots, std::span<void* const> with) {
      for (std::size_t i = 0; i < with.size(); ++i) {
        differ |=
            (slots[i].word_ & OwedPacket::kAddress) ^ reinterpret_cast<std::uintptr_t>(with[i]);
      }
    };
    const auto [front, back] = split(packets, begin);
    compare(&slots_[begin & mask_], front);
    if (!back.empty()) compare(slots_.data(), back);
    return differ == 0;
  }

  std::vector<OwedPacket> slots_;
  std::uint64_t mask_;
  std::size_t gaps_ = 0;  ///< consumer: slots that became empty before their turn
  alignas(64) std::atomic<std::uint64_t> pushed_{0};   // writer: producer
  alignas(64) std::atomic<std::uint64_t> settled_{0};  // writer: consumer, and drain()
};

}  // namespace ringside
