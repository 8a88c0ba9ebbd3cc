// SPDX-License-Identifier: BSD-3-Clause
// How a client without packets sleeps until the server has one for it: at a futex in the shared
// block. The server finds out who sleeps by a word that the client writes only then.
//
// Neither side has to order its ring's positions before the other's word, which would stop the
// server for as long as its stores take to reach the other core, once for each burst. A client that
// goes to sleep just when a packet comes may not see it; but the server looks in every turn, so it
// sees the client in the next one, before it sleeps itself.
#pragma once

#include <array>
#include <chrono>

#include "core/shared_layout.hpp"
#include "dpdk/ring.hpp"

namespace ringside::dpdk {

/// After this time a sleeper looks at whatever else may have happened.
inline constexpr std::chrono::milliseconds kLongestNap{2};

/// The client's side, for its worker.
class Sleeper {
 public:
  /// Awake, whatever a client before left. `longest`: sleep.
  explicit Sleeper(shared::ClientSlot& slot, std::chrono::nanoseconds longest = kLongestNap)
      : slot_(slot), longest_(longest) {
    wake_up();
  }

  /// Sleeps until the server rings or it is time; not at all when something_came() by now.
  template <typename SomethingCame>
  void sleep(SomethingCame&& something_came) {
    const std::uint32_t bell = slot_.verdict.bell.load(std::memory_order_relaxed);
    fall_asleep();
    if (!something_came()) wait_while(bell);
    wake_up();
  }

 private:
  void fall_asleep();
  void wake_up();
  void wait_while(std::uint32_t bell) const;

  shared::ClientSlot& slot_;
  std::chrono::nanoseconds longest_;
};

/// The server's side, for one of its receivers.
class Ringer {
 public:
  explicit Ringer(shared::SharedInfo& info) : info_(info) {}

  /// Wakes the client if it sleeps and has packets on its ring. Cheap when it is awake. `handed`:
  /// packets that this receiver has put there in all; for the same ones it rings only once, or a
  /// client that does not sleep could keep it ringing.
  void look(ClientId client, RingView work, std::uint64_t handed) {
    // pairs: Sleeper::fall_asleep(), so that the ring is seen as the client left it
    const std::uint32_t naps = info_.client[client.value].naps.load(std::memory_order_acquire);
    if (naps != handled_[client.value]) handle(client, work, naps, handed);
  }

 private:
  void handle(ClientId client, RingView work, std::uint32_t naps, std::uint64_t handed);

  shared::SharedInfo& info_;
  std::array<std::uint32_t, kMaxClients> handled_{};   ///< the value of `naps` last dealt with
  std::array<std::uint64_t, kMaxClients> rung_for_{};  ///< `handed` when it last rang
};

}  // namespace ringside::dpdk
