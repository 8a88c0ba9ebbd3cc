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
  /// Precondition: packets.size() <= room(). Call before the packets can be with the client.
  void push(std::span<const OwedPacket> packets) {
    std::uint64_t at = pushed();
    for (const OwedPacket packet : packets) slots_[at++ & mask_] = packet;
    pushed_.store(at, std::memory_order_release);  // pairs: settle(), for a client that guesses
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
    const std::size_t most =
        std::min<std::uint64_t>(packets.size(), pushed_.load(std::memory_order_acquire) - begin);
    std::size_t matched = 0;  // acquire above: pairs with push()
    while (matched < most && slots_[(begin + matched) & mask_].is(packets[matched])) ++matched;
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

  std::vector<OwedPacket> slots_;
  std::uint64_t mask_;
  alignas(64) std::atomic<std::uint64_t> pushed_{0};   // writer: producer
  alignas(64) std::atomic<std::uint64_t> settled_{0};  // writer: consumer, and drain()
};

}  // namespace ringside
