// SPDX-License-Identifier: BSD-3-Clause
#include "harness/up/back_off.hpp"

#include <algorithm>
#include <utility>

namespace ringside::harness {

Duration BackOff::after(Duration ran) {
  if (ran >= kWell) next_ = Duration::zero();
  const Duration longer = next_ == Duration::zero() ? kFirst : std::min(next_ * 2, kLongest);
  return std::exchange(next_, longer);
}

}  // namespace ringside::harness
