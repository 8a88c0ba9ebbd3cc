// SPDX-License-Identifier: BSD-3-Clause
// A set of client ids, in one word.
#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>

#include "core/ids.hpp"

namespace ringside {

class ClientSet {
 public:
  constexpr ClientSet() = default;
  constexpr ClientSet(std::initializer_list<ClientId> ids) {
    for (const ClientId id : ids) add(id);
  }
  /// Clients 0 ... count-1; count <= kMaxClients.
  static constexpr ClientSet first(unsigned count) {
    ClientSet set;
    set.bits_ = (1u << count) - 1;
    return set;
  }

  constexpr void add(ClientId id) { bits_ |= 1u << id.value; }
  constexpr void remove(ClientId id) { bits_ &= ~(1u << id.value); }
  constexpr bool contains(ClientId id) const { return (bits_ >> id.value & 1u) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr unsigned size() const { return static_cast<unsigned>(std::popcount(bits_)); }

  constexpr ClientSet with(ClientId id) const { return from_bits(bits_ | 1u << id.value); }
  constexpr ClientSet without(ClientId id) const { return from_bits(bits_ & ~(1u << id.value)); }
  /// The members that `other` does not have.
  constexpr ClientSet operator-(ClientSet other) const { return from_bits(bits_ & ~other.bits_); }
  constexpr bool operator==(const ClientSet&) const = default;

  /// As one word, bit i for client i, to hand a set from thread to thread.
  constexpr std::uint32_t bits() const { return bits_; }
  static constexpr ClientSet from_bits(std::uint32_t bits) {
    ClientSet set;
    set.bits_ = bits;
    return set;
  }

  /// Members in ascending order.
  class Iterator {
   public:
    constexpr explicit Iterator(std::uint32_t rest) : rest_(rest) {}
    constexpr ClientId operator*() const {
      return {static_cast<std::uint8_t>(std::countr_zero(rest_))};
    }
    constexpr Iterator& operator++() {
      rest_ &= rest_ - 1;
      return *this;
    }
    constexpr bool operator==(const Iterator&) const = default;

   private:
    std::uint32_t rest_;
  };
  constexpr Iterator begin() const { return Iterator(bits_); }
  constexpr Iterator end() const { return Iterator(0); }

 private:
  std::uint32_t bits_ = 0;
};
static_assert(kMaxClients < 32);

}  // namespace ringside
