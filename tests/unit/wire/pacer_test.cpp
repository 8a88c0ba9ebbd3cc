// SPDX-License-Identifier: BSD-3-Clause
#include "wire/pacer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <vector>

namespace ringside::wire {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

pcap::Capture capture_at(const std::vector<std::uint64_t>& times_ns) {
  pcap::Capture capture;
  for (const std::uint64_t time : times_ns) capture.append({}, time, 0);
  return capture;
}

Pacer at_rate(double packets_per_second) {
  return {{.kind = Pace::Kind::kRate, .rate = packets_per_second}, capture_at({0})};
}

Pacer with_timing(const std::vector<std::uint64_t>& times_ns, double speedup = 1) {
  return {{.kind = Pace::Kind::kTiming, .speedup = speedup}, capture_at(times_ns)};
}

TEST(Pacer, AsapIsAlwaysDueAndWaitsForRoom) {
  const Pacer pacer({}, capture_at({0}));
  EXPECT_EQ(pacer.due(0, 0, 32), 32u);
  EXPECT_EQ(pacer.due(1'000'000, 0, 32), 32u);
  EXPECT_FALSE(pacer.open_loop());
}

TEST(Pacer, RateSpacesPacketsEvenlyFromTheStart) {
  const Pacer pacer = at_rate(1000);
  EXPECT_TRUE(pacer.open_loop());
  EXPECT_EQ(pacer.departure_ns(0), 0u);
  EXPECT_EQ(pacer.departure_ns(1), 1'000'000u);
  EXPECT_EQ(pacer.departure_ns(5), 5'000'000u);
}

TEST(Pacer, RateBelowOnePacketPerSecondWorks) {
  EXPECT_EQ(at_rate(0.1).departure_ns(3), 30 * kSecond);
}

TEST(Pacer, HoldsBackWhatIsNotDueYet) {
  const Pacer pacer = at_rate(1000);
  EXPECT_EQ(pacer.due(0, 0, 32), 1u);
  EXPECT_EQ(pacer.due(1, 999'999, 32), 0u);
  EXPECT_EQ(pacer.due(1, 1'000'000, 32), 1u);
}

TEST(Pacer, CatchesUpAfterADelayInBurstsNoLargerThanAsked) {
  const Pacer pacer = at_rate(1000);
  EXPECT_EQ(pacer.due(1, 10'000'000, 32), 10u);
  EXPECT_EQ(pacer.due(1, kSecond, 32), 32u);
}

// A rate that does not divide a second shows every error that is added up from packet to packet.
TEST(Pacer, RateDoesNotDriftAtMillionsOfPacketsPerSecond) {
  for (const double rate : {3'000'000.0, 14'880'952.0, 29'999'999.0}) {
    const Pacer pacer = at_rate(rate);
    const auto day = static_cast<std::uint64_t>(rate) * 86'400;
    const auto departure = static_cast<std::int64_t>(pacer.departure_ns(day));
    EXPECT_LE(std::llabs(departure - static_cast<std::int64_t>(86'400 * kSecond)), 1) << rate;
  }
}

TEST(Pacer, ASecondOfAFakeClockSendsExactlyTheRate) {
  const Pacer pacer = at_rate(1'234'567);
  std::uint64_t sent = 0;
  for (std::uint64_t now = 0; now < kSecond; now += 7'919) sent += pacer.due(sent, now, 32);
  sent += pacer.due(sent, kSecond - 1, 32);
  EXPECT_EQ(sent, 1'234'567u);
}

TEST(Pacer, TimingKeepsTheGapsOfTheCapture) {
  const Pacer pacer = with_timing({5 * kSecond, 5 * kSecond + 10, 7 * kSecond});
  EXPECT_TRUE(pacer.open_loop());
  EXPECT_EQ(pacer.departure_ns(0), 0u);
  EXPECT_EQ(pacer.departure_ns(1), 10u);
  EXPECT_EQ(pacer.departure_ns(2), 2 * kSecond);
}

TEST(Pacer, SpeedupDividesTheGaps) {
  const Pacer pacer = with_timing({0, 1000, 4000}, 2.0);
  EXPECT_EQ(pacer.departure_ns(1), 500u);
  EXPECT_EQ(pacer.departure_ns(2), 2000u);
  EXPECT_EQ(with_timing({0, 1000}, 0.5).departure_ns(1), 2000u);
}

TEST(Pacer, RepetitionsFollowEachOtherAtTheAverageGap) {
  const Pacer pacer = with_timing({100, 200, 500});
  EXPECT_EQ(pacer.departure_ns(3), 600u);
  EXPECT_EQ(pacer.departure_ns(4), 700u);
  EXPECT_EQ(pacer.departure_ns(8), 600u + 600u + 400u);
}

TEST(Pacer, TimesThatStepBackDepartWithThePacketBefore) {
  const Pacer pacer = with_timing({1000, 3000, 500, 4000});
  EXPECT_EQ(pacer.departure_ns(1), 2000u);
  EXPECT_EQ(pacer.departure_ns(2), 2000u);
  EXPECT_EQ(pacer.departure_ns(3), 3000u);
}

TEST(Pacer, ACaptureOfOnePacketRepeatsWithoutGaps) {
  EXPECT_EQ(with_timing({kSecond}).departure_ns(1000), 0u);
}

TEST(Pacer, SaturatesInsteadOfWrappingRound) {
  EXPECT_EQ(at_rate(1e-9).departure_ns(UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(with_timing({0, kSecond}, 1e-12).departure_ns(UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(with_timing({0, 1ULL << 63}).departure_ns(2), UINT64_MAX);
}

RC_GTEST_PROP(Pacer, DeparturesNeverFall, (std::vector<std::uint64_t> times)) {
  RC_PRE(!times.empty());
  const Pacer pacer = with_timing(times, 3.7);
  for (std::uint64_t i = 0; i < 3 * times.size(); ++i) {
    RC_ASSERT(pacer.departure_ns(i) <= pacer.departure_ns(i + 1));
  }
}

}  // namespace
}  // namespace ringside::wire
