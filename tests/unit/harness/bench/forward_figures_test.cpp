// SPDX-License-Identifier: BSD-3-Clause
// The figures of the forwarding benchmark, from samples made up.
#include "harness/bench/forward_figures.hpp"

#include <gtest/gtest.h>

#include "tests/unit/harness/bench/forward_samples.hpp"

namespace ringside::harness {
namespace {

/// Of a table that has this row only.
ForwardFigures figures_alone(const ForwardRow& row) {
  return figures_of(row, speeds_of({row}));
}

/// Of the first row to the second one.
std::optional<Ratio> ratio_in(const ForwardResult& result) {
  return ratio_of(result.rows[0], result.rows[1], speeds_of(result.rows));
}

TEST(ForwardFigures, RatesAreDeliveredPacketsOverTime) {
  const ForwardFigures figures = figures_alone(two_rounds().rows[0]);
  EXPECT_DOUBLE_EQ(figures.mpps, 4.5);
  EXPECT_DOUBLE_EQ(figures.mpps_min, 3);
  EXPECT_DOUBLE_EQ(figures.mpps_max, 6);
  EXPECT_DOUBLE_EQ(figures.cpu_ns_per_packet, (1e9 / 3e6 + 2e9 / 3e6) / 2);
  EXPECT_DOUBLE_EQ(figures.dropped_share, 0.125) << "a quarter of the one, nothing of the other";
  EXPECT_DOUBLE_EQ(figures.fullest_ring, 0.25);
  EXPECT_DOUBLE_EQ(figures.client_spread, 0.2 / 1.5 / 2) << "a share of 200,000 of 1,500,000; none";
}

TEST(ForwardFigures, PacketsInARoundTripAreRateTimesItsTime) {
  EXPECT_DOUBLE_EQ(sample(0.5, 3'000'000).packets_per_round_trip(), 6e6 * 110e-9);
  EXPECT_DOUBLE_EQ(figures_alone(two_rounds().rows[0]).packets_per_round_trip, 4.5e6 * 110e-9);
}

TEST(ForwardFigures, RatiosAreThoseWithinARound) {
  const ForwardResult result = two_rounds();
  EXPECT_EQ(&reference_of(result), &result.rows[1]) << "the classic method with one client";
  EXPECT_DOUBLE_EQ(ratio_in(result)->median, 1.5);
}

TEST(ForwardFigures, RatiosAreThoseAtOneSpeedOfTheMachine) {
  ForwardResult result = two_rounds();
  ForwardSample& slow = result.rows[0].samples[1];
  slow.delivered = 30'000;
  slow.round_trip_before_ns = slow.round_trip_after_ns = 500;
  EXPECT_DOUBLE_EQ(ratio_in(result)->median, 1.5) << "of the first round";
  EXPECT_EQ(ratio_in(result)->rounds, 1u);
  result.rows[0].samples[0].round_trip_before_ns = 500;
  result.rows[0].samples[0].round_trip_after_ns = 500;
  EXPECT_FALSE(ratio_in(result));
  slow.round_trip_before_ns = 100;  // it got slow meanwhile
  EXPECT_FALSE(ratio_in(result));
}

TEST(ForwardFigures, SamplesOfAnotherSpeedDoNotCount) {
  ForwardRow row = two_rounds().rows[0];
  for (ForwardSample& each : row.samples) set_round_trip(each, 100);
  const ForwardFigures before = figures_alone(row);
  ForwardSample slow = sample(1, 1'000'000, 9'000'000);
  set_round_trip(slow, 500);
  slow.fullest_ring = 1;
  slow.others_share = 1;
  row.samples.push_back(slow);
  const ForwardFigures after = figures_alone(row);
  EXPECT_EQ(after.samples, 2u);
  EXPECT_EQ(after.mpps, before.mpps);
  EXPECT_EQ(after.mpps_min, before.mpps_min);
  EXPECT_EQ(after.cpu_ns_per_packet, before.cpu_ns_per_packet);
  EXPECT_EQ(after.dropped_share, before.dropped_share);
  EXPECT_EQ(after.fullest_ring, before.fullest_ring);
  EXPECT_EQ(after.others_share, before.others_share);
  EXPECT_EQ(after.packets_per_round_trip, before.packets_per_round_trip);
  EXPECT_EQ(after.unsteady, 0u);
}

TEST(ForwardFigures, SamplesDuringWhichTheSpeedChangedDoNotCount) {
  ForwardRow row = two_rounds().rows[0];
  const ForwardFigures before = figures_alone(row);
  ForwardSample changed = sample(1, 1);
  changed.round_trip_after_ns = 126;
  row.samples.push_back(changed);
  const ForwardFigures after = figures_alone(row);
  EXPECT_EQ(after.mpps, before.mpps);
  EXPECT_EQ(after.samples, 2u);
  EXPECT_EQ(after.unsteady, 1u);
  row.samples = {changed};
  EXPECT_EQ(figures_alone(row).samples, 0u);
  EXPECT_FALSE(speed_of(row, speeds_of({row})));
}

TEST(ForwardFigures, TheUsualSpeedIsThatOfMostSamplesOfAllCases) {
  ForwardResult result = two_rounds();
  ForwardRow& row = result.rows[0];
  set_round_trip(row.samples[1], 500);
  const auto speeds = [&] { return speeds_of(result.rows); };
  EXPECT_DOUBLE_EQ(speed_of(row, speeds())->round_trip_ns, 110);
  for (ForwardSample& each : result.rows[1].samples) set_round_trip(each, 500);
  ASSERT_EQ(speeds().all.size(), 2u);
  EXPECT_EQ(speeds().usual, 1u);
  EXPECT_DOUBLE_EQ(speed_of(row, speeds())->round_trip_ns, 500);
  EXPECT_DOUBLE_EQ(figures_of(row, speeds()).mpps, 3) << "of the second round";
  set_round_trip(row.samples[1], 110);
  EXPECT_DOUBLE_EQ(figures_of(row, speeds()).mpps, 4.5) << "it has the other speed only";
}

}  // namespace
}  // namespace ringside::harness
