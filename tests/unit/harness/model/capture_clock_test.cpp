// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/capture_clock.hpp"

#include <gtest/gtest.h>

namespace ringside::harness {
namespace {

TEST(CaptureClock, MapsStampsThroughTwoReadings) {
  const CaptureClock clock{{1000, 50}, {3000, 2050}};
  EXPECT_EQ(clock.monotonic_ns(1000), 50u);
  EXPECT_EQ(clock.monotonic_ns(2000), 1050u);
  EXPECT_EQ(clock.monotonic_ns(990), 40u) << "before the first";
  const CaptureClock fast{{1'000'000, 0}, {1'001'000, 2000}};
  EXPECT_EQ(fast.monotonic_ns(1'000'500), 1000u);
  const CaptureClock one_reading{{70, 7}, {70, 7}};
  EXPECT_EQ(one_reading.monotonic_ns(80), 17u);
}

}  // namespace
}  // namespace ringside::harness
