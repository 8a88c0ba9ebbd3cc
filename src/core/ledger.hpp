// SPDX-License-Identifier: BSD-3-Clause
// The equation that holds at any quiet moment, to the packet:
//
//   received = transmitted + sum of drops + in flight
//
// The server prints it at exit, the harness checks it after every scenario.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"

namespace ringside {

/// Where a packet can be dropped. A drop has no other places.
enum class DropPlace : std::uint8_t { kWorkRing, kClient, kPort, kExit };
/// Why.
enum class DropReason : std::uint8_t {
  kRingFull,
  kHandler,
  kTxFull,
  kUndelivered,
  kMoving,      ///< its flow was moving to another client, and too many waited for the old one
  kNoClient,    ///< no client was there
  kLostInCrash  ///< direct mode: in the hands of a client that died
};

struct Drop {
  DropPlace place{};
  DropReason reason{};
  std::optional<ClientId> client;  ///< whose packets they were, where that is known
  std::uint64_t packets = 0;

  bool operator==(const Drop&) const = default;
};

/// Counters of one run, packets.
struct Ledger {
  std::uint64_t received = 0;     ///< what the drivers gave to the server
  std::uint64_t transmitted = 0;  ///< what the drivers took
  std::vector<Drop> drops;        ///< any order; entries of 0 packets are allowed
  std::uint64_t in_flight = 0;    ///< with a client, on a ring or staged
};

/// What the equation says.
struct Balance {
  std::uint64_t dropped = 0;  ///< sum over Ledger::drops
  std::int64_t missing = 0;   ///< packets that vanished; negative: packets that came from nowhere

  bool balanced() const { return missing == 0; }
};

Balance balance(const Ledger& ledger);

/// The ledger and its balance as a block of lines for people, each ended by a newline. Drops of 0
/// packets are left out.
std::string to_text(const Ledger& ledger);

/// "work_ring", "client", "port", "exit": as in docs/interfaces.md.
std::string_view to_text(DropPlace place);
/// "ring_full", "handler", "tx_full", "undelivered", "moving", "no_client", "lost_in_crash".
std::string_view to_text(DropReason reason);
/// The inverse; nothing for text that names no place or reason.
std::optional<DropPlace> drop_place(std::string_view text);
std::optional<DropReason> drop_reason(std::string_view text);

}  // namespace ringside
