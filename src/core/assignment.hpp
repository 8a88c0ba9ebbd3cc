// SPDX-License-Identifier: BSD-3-Clause
// Who gets a packet, where it came from, and with which others it stays together.
#pragma once

#include <cstdint>

#include "core/ids.hpp"

namespace ringside {

/// One word: it is read as a whole right after it was written, and kept as long as a client owes
/// the packet.
class Assignment {
 public:
  Assignment() = default;
  /// Packets of one bucket have one owner; where there are no such flows it is 0.
  Assignment(ClientId owner, PortIndex port, std::uint16_t bucket)
      : word_(owner.value | std::uint32_t{port.value} << kPort | std::uint32_t{bucket} << kBucket) {
  }

  /// Who was to get it.
  ClientId owner() const { return {static_cast<std::uint8_t>(word_)}; }
  /// The port it was received on.
  PortIndex port() const { return {static_cast<std::uint8_t>(word_ >> kPort)}; }
  std::uint16_t bucket() const { return static_cast<std::uint16_t>(word_ >> kBucket); }

  bool operator==(const Assignment&) const = default;

 private:
  static constexpr unsigned kPort = 8;
  static constexpr unsigned kBucket = 16;
  std::uint32_t word_ = 0;
};

}  // namespace ringside
