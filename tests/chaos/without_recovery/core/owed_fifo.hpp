// SPDX-License-Identifier: BSD-3-Clause
// Stands in for src/core/owed_fifo.hpp in a server that is measured and never used: it counts what
// a client has, writes down none of it, believes whatever comes back, and has nothing to recover.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/assignment.hpp"

namespace ringside {
inline namespace without_recovery {

class Origin {
 public:
  Origin() = default;
  Origin(Assignment) {}
  static PortIndex port() { return {0}; }
  static std::uint16_t bucket() { return 0; }
};

struct OwedPacket {
  void* packet = nullptr;
  Origin origin;
};

enum class Settled : std::uint8_t { kInOrder, kOutOfOrder, kNotOwed };

class OwedFifo {
 public:
  struct Stage {
    void** packets;
    Origin* origins;
  };
  OwedFifo(std::size_t, std::size_t staged) : packets_(staged), origins_(staged) {}
  Stage stage(std::size_t staged, std::size_t = 0) {
    if (begin_ > 0) std::copy_n(&packets_[begin_], staged, packets_.data());
    begin_ = 0;
    return {packets_.data(), origins_.data()};
  }
  std::size_t size() const { return pushed_ - settled(); }
  void push(std::size_t count) {
    begin_ += count;
    pushed_ += count;
  }
  void undo_push(std::size_t count) {
    begin_ -= count;
    pushed_ -= count;
  }
  void make_room(std::size_t) {}
  void forget_but(std::size_t) {}
  template <typename Visit>
  void for_each(Visit&&) {}
  std::size_t drain(std::vector<OwedPacket>&) { return 0; }
  std::size_t settle(std::span<void* const> packets) {
    settled_.store(settled() + packets.size(), std::memory_order_release);
    return packets.size();
  }
  static std::span<void*> matching(std::span<void* const> packets) {
    return {const_cast<void**>(packets.data()), packets.size()};
  }
  void settle_oldest(std::size_t count) {
    settled_.store(settled() + count, std::memory_order_release);
  }
  Settled settle_one(const void*) { return Settled::kInOrder; }
  std::uint64_t settled() const { return settled_.load(std::memory_order_acquire); }

 private:
  std::vector<void*> packets_;
  std::vector<Origin> origins_;
  std::size_t begin_ = 0;
  std::uint64_t pushed_ = 0;
  std::atomic<std::uint64_t> settled_{0};
};

}  // namespace without_recovery
}  // namespace ringside
