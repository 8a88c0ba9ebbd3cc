// SPDX-License-Identifier: BSD-3-Clause
// Stands in for src/core/owed_fifo.hpp in a server that is measured and never used: it writes
// nothing down, believes whatever comes back, and has nothing to recover.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.hpp"

namespace ringside {
inline namespace without_recovery {

class OwedPacket {
 public:
  OwedPacket() = default;
  OwedPacket(void* packet, PortIndex, std::uint16_t) : packet_(packet) {}
  void* packet() const { return packet_; }
  PortIndex port() const { return {0}; }
  std::uint16_t bucket() const { return 0; }

 private:
  void* packet_ = nullptr;
};

enum class Settled : std::uint8_t { kInOrder, kOutOfOrder, kNotOwed };

class OwedFifo {
 public:
  explicit OwedFifo(std::size_t) {}
  static std::size_t room() { return ~std::size_t{0}; }
  void push(std::span<const OwedPacket> packets, void** buffers) {
    for (std::size_t i = 0; i < packets.size(); ++i) buffers[i] = packets[i].packet();
  }
  void undo_push(std::size_t) {}
  void make_room(std::size_t) {}
  void forget_but(std::size_t) {}
  template <typename Visit>
  void for_each(Visit&&) {}
  std::size_t drain(std::vector<OwedPacket>&) { return 0; }
  std::size_t settle(std::span<void* const> packets) { return packets.size(); }
  Settled settle_one(const void*) { return Settled::kInOrder; }
  static std::uint64_t settled() { return 0; }
};

}  // namespace without_recovery
}  // namespace ringside
