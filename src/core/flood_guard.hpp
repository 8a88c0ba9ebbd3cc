// SPDX-License-Identifier: BSD-3-Clause
// How many messages a process may send: enough for any client, too few for one that floods to keep
// the others from being heard.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace ringside {

/// Fixed size, no allocation, one thread.
class FloodGuard {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr unsigned kPerSecond = 100;
  static constexpr std::size_t kSenders = 32;  ///< remembered at once

  /// Whether one more message of `pid` is heard at `now`; times never go back.
  bool admit(std::uint32_t pid, Time now) {
    Sender& sender = find(pid);
    if (sender.pid != pid || now - sender.since >= std::chrono::seconds(1)) {
      sender = {pid, now, 0};
    }
    return ++sender.messages <= kPerSecond;
  }

 private:
  struct Sender {
    std::uint32_t pid = 0;
    Time since{};
    unsigned messages = 0;
  };
  /// The entry of `pid`, or else the one whose second began first.
  Sender& find(std::uint32_t pid) {
    const auto known = std::find_if(senders_.begin(), senders_.end(),
                                    [pid](const Sender& each) { return each.pid == pid; });
    if (known != senders_.end()) return *known;
    return *std::min_element(senders_.begin(), senders_.end(),
                             [](const auto& a, const auto& b) { return a.since < b.since; });
  }
  std::array<Sender, kSenders> senders_{};
};

}  // namespace ringside
