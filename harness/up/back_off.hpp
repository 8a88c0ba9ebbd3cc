// SPDX-License-Identifier: BSD-3-Clause
// How long a crashed client stays away: not at all the first time, longer each time it crashes soon
// again.
#pragma once

#include "harness/run/clock.hpp"

namespace ringside::harness {

class BackOff {
 public:
  static constexpr Duration kFirst = std::chrono::milliseconds(100);
  static constexpr Duration kLongest = std::chrono::seconds(10);
  /// Whoever ran so long was well: the next crash is a first one.
  static constexpr Duration kWell = std::chrono::seconds(10);

  /// The pause before the next start of a program that ran for `ran`.
  Duration after(Duration ran);

 private:
  Duration next_ = Duration::zero();
};

}  // namespace ringside::harness
