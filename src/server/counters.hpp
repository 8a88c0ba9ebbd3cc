// SPDX-License-Identifier: BSD-3-Clause
// What the lcores of the server count. Each block has one writer, the lcore it belongs to; the
// report reads them from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "core/ids.hpp"
#include "core/shared_counter.hpp"

namespace ringside::server {

using Counter = std::atomic<std::uint64_t>;

/// Of an lcore that receives and dispatches.
struct alignas(64) RxCounters {
  std::array<Counter, kMaxPorts> received{};
  std::array<Counter, kMaxClients> handed{};
  std::array<Counter, kMaxClients> ring_full{};
  std::array<Counter, kMaxClients> peak{};         ///< most packets seen on the work ring
  std::array<Counter, kMaxClients> undelivered{};  ///< staged when the server stopped
  std::array<Counter, kMaxClients> recovered{};    ///< taken back from a dead client's debt
  std::array<Counter, kMaxClients> moving{};       ///< dropped: too many wait for an old owner
  Counter no_client{};  ///< dropped: nobody is there (--on-no-client drop)
  Counter homeless{};   ///< undelivered, and never meant for anybody
  Counter staged{};     ///< received, not yet handed over
  Counter truncated{};
  Counter malformed{};
};

/// Of the lcore that takes packets back and transmits.
struct alignas(64) TxCounters {
  std::array<Counter, kMaxPorts> transmitted{};
  std::array<Counter, kMaxPorts> tx_full{};
  std::array<Counter, kMaxClients> returned{};
  std::array<Counter, kMaxClients> sent{};
  std::array<Counter, kMaxClients> handler_drop{};
  std::array<Counter, kMaxClients> client_tx_full{};
  std::array<Counter, kMaxClients> out_of_order{};  ///< came back before its turn
  std::array<Counter, kMaxClients>
      not_owed{};    ///< came back though not with the client; left alone
  Counter staged{};  ///< taken back, not yet transmitted (--on-full wait)
};

}  // namespace ringside::server
