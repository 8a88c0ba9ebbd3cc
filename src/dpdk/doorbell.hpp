// SPDX-License-Identifier: BSD-3-Clause
// How a client without packets sleeps until the server has one for it, and a server until the wire
// has: at a futex in the shared block. Whoever gives packets finds out who sleeps by a word that
// the sleeper writes only then.
//
// Neither side has to order its ring's positions before the other's word, which would stop the
// giver for as long as its stores take to reach the other core, once for each burst. A sleeper
// that closes its eyes just when a packet comes may not see it; but the giver looks in every turn,
// so it sees the sleeper in the next one, before it sleeps itself.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace ringside::dpdk {

/// After this time a sleeping client looks at whatever else may have happened.
inline constexpr std::chrono::milliseconds kLongestNap{2};

class Sleeper {
 public:
  using Word = std::atomic<std::uint32_t>;

  /// Awake, whatever somebody before left. `naps` is written by the sleeper alone, odd while it
  /// sleeps; `bell` by the one who rings.
  Sleeper(Word& naps, const Word& bell) : naps_(naps), bell_(bell) { wake_up(); }

  /// Sleeps until the bell rings or for `longest`; not at all when something_came() by now.
  template <typename SomethingCame>
  void sleep(std::chrono::nanoseconds longest, SomethingCame&& something_came) {
    const std::uint32_t bell = bell_.load(std::memory_order_relaxed);
    fall_asleep();
    if (!something_came()) wait_while(bell, longest);
    wake_up();
  }

 private:
  void fall_asleep();
  void wake_up();
  void wait_while(std::uint32_t bell, std::chrono::nanoseconds longest) const;

  Word& naps_;
  const Word& bell_;
};

/// The other side: one of those who give to a sleeper.
class Ringer {
 public:
  Ringer(const Sleeper::Word& naps, Sleeper::Word& bell) : naps_(naps), bell_(bell) {}

  /// Wakes the sleeper if it sleeps and something_waits() for it. Cheap when it is awake. `given`:
  /// packets that this ringer's owner has given it in all; for the same ones it rings only once, or
  /// somebody who does not sleep could keep it ringing.
  template <typename SomethingWaits>
  void look(std::uint64_t given, SomethingWaits&& something_waits) {
    // pairs: Sleeper::fall_asleep(), so that the ring is seen as the sleeper left it
    const std::uint32_t naps = naps_.load(std::memory_order_acquire);
    if (naps == handled_) return;
    if (is_asleep(naps)) {
      // It will be looked at again.
      if (given == rung_for_ || !something_waits()) return;
      rung_for_ = given;
      ring();
    }
    handled_ = naps;
  }

 private:
  static bool is_asleep(std::uint32_t naps) { return naps % 2 == 1; }
  [[gnu::cold]] void ring();

  const Sleeper::Word& naps_;
  Sleeper::Word& bell_;
  std::uint32_t handled_ = 0;   ///< the value of `naps` last dealt with
  std::uint64_t rung_for_ = 0;  ///< `given` when it last rang
};

}  // namespace ringside::dpdk
