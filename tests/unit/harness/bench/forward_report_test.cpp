// SPDX-License-Identifier: BSD-3-Clause
// The figures of the forwarding benchmark, from samples made up.
#include "harness/bench/forward_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ForwardSample sample(double seconds, std::uint64_t delivered, std::uint64_t dropped = 0,
                     std::vector<std::uint64_t> by_client = {}) {
  ForwardSample made;
  made.seconds = seconds;
  made.delivered = delivered;
  made.dropped = dropped;
  made.cpu_seconds = 2 * seconds;
  made.by_client = std::move(by_client);
  made.fullest_ring = 0.25;
  return made;
}

/// The second round is one of a slow minute: everything takes twice as long.
ForwardResult two_rounds() {
  const ForwardCase classic{ForwardMethod::kClassic, 1, "round-robin", {}, {}};
  const ForwardCase ours{ForwardMethod::kReturn, 2, "flow-hash", 1024, {}};
  return {
      "no-huge",
      {{ours, {sample(0.5, 3'000'000, 1'000'000, {1'600'000, 1'400'000}), sample(1, 3'000'000)}},
       {classic, {sample(0.5, 2'000'000), sample(1, 2'000'000)}}}};
}

TEST(ForwardReport, RatesAreDeliveredPacketsOverTime) {
  const ForwardFigures figures = figures_of(two_rounds().rows[0]);
  EXPECT_DOUBLE_EQ(figures.mpps, 4.5);
  EXPECT_DOUBLE_EQ(figures.mpps_min, 3);
  EXPECT_DOUBLE_EQ(figures.mpps_max, 6);
  EXPECT_DOUBLE_EQ(figures.cpu_ns_per_packet, (1e9 / 3e6 + 2e9 / 3e6) / 2);
  EXPECT_DOUBLE_EQ(figures.dropped_share, 0.125) << "a quarter of the one, nothing of the other";
  EXPECT_DOUBLE_EQ(figures.fullest_ring, 0.25);
  EXPECT_DOUBLE_EQ(figures.client_spread, 0.2 / 1.5 / 2) << "a share of 200,000 of 1,500,000; none";
}

TEST(ForwardReport, RatiosAreThoseWithinARound) {
  const ForwardResult result = two_rounds();
  EXPECT_EQ(&reference_of(result), &result.rows[1]) << "the classic method with one client";
  EXPECT_DOUBLE_EQ(ratio_of(result.rows[0], result.rows[1]), 1.5);
}

TEST(ForwardReport, TheTableNamesCaseRateAndRatio) {
  const std::string table = forward_table(two_rounds());
  EXPECT_THAT(table, HasSubstr("medians of 2 rounds, no-huge memory"));
  EXPECT_THAT(table, HasSubstr("return/2/flow-hash/ring:1024"));
  EXPECT_THAT(table, HasSubstr("4.50"));
  EXPECT_THAT(table, HasSubstr("1.50x"));
}

TEST(ForwardReport, SaysWhenOthersWereAtWork) {
  ForwardResult result = two_rounds();
  EXPECT_THAT(forward_table(result), Not(HasSubstr("Not quiet")));
  result.rows[1].samples[1].others_share = 0.42;
  EXPECT_THAT(forward_table(result), HasSubstr("Not quiet: other programs took up to 42 %"));
}

TEST(ForwardReport, TheJsonHasEverySample) {
  const auto json = nlohmann::json::parse(forward_json(two_rounds(), "ringside bench forward"));
  EXPECT_EQ(json["schema"], "ringside.bench.forward/1");
  EXPECT_EQ(json["cases"][0]["samples"].size(), 2u);
  EXPECT_EQ(json["cases"][0]["samples"][0]["delivered"], 3'000'000);
  EXPECT_EQ(json["reference"], "classic/1");
}

}  // namespace
}  // namespace ringside::harness
