// SPDX-License-Identifier: BSD-3-Clause
// The figures of the forwarding benchmark, from samples made up.
#include "harness/bench/forward_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;
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
  made.round_trip_before_ns = 100;
  made.round_trip_after_ns = 120;
  return made;
}

/// The second round is one of a slow minute: everything takes twice as long.
ForwardResult two_rounds() {
  const ForwardCase classic{ForwardMethod::kClassic, 1, "round-robin", {}, {}};
  const ForwardCase ours{ForwardMethod::kReturn, 2, "flow-hash", 1024, {}};
  const ForwardSample ours_fast = sample(0.5, 3'000'000, 1'000'000, {1'600'000, 1'400'000});
  return {{{"cpu_model", "A CPU"}, {"memory", "no-huge"}},
          {},
          std::nullopt,
          {{ours, {ours_fast, sample(1, 3'000'000)}, "", false},
           {classic, {sample(0.5, 2'000'000), sample(1, 2'000'000)}, "", false}}};
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

TEST(ForwardReport, PacketsInARoundTripAreRateTimesItsTime) {
  EXPECT_DOUBLE_EQ(sample(0.5, 3'000'000).packets_per_round_trip(), 6e6 * 110e-9);
  EXPECT_DOUBLE_EQ(figures_of(two_rounds().rows[0]).packets_per_round_trip, 4.5e6 * 110e-9);
}

TEST(ForwardReport, RatiosAreThoseWithinARound) {
  const ForwardResult result = two_rounds();
  EXPECT_EQ(&reference_of(result), &result.rows[1]) << "the classic method with one client";
  EXPECT_DOUBLE_EQ(ratio_of(result.rows[0], result.rows[1])->median, 1.5);
}

TEST(ForwardReport, RatiosAreThoseAtOneSpeedOfTheMachine) {
  ForwardResult result = two_rounds();
  ForwardSample& slow = result.rows[0].samples[1];
  slow.delivered = 30'000;
  slow.round_trip_before_ns = slow.round_trip_after_ns = 500;
  EXPECT_DOUBLE_EQ(ratio_of(result.rows[0], result.rows[1])->median, 1.5) << "of the first round";
  EXPECT_EQ(ratio_of(result.rows[0], result.rows[1])->rounds, 1u);
  result.rows[0].samples[0].round_trip_before_ns = 500;
  result.rows[0].samples[0].round_trip_after_ns = 500;
  EXPECT_FALSE(ratio_of(result.rows[0], result.rows[1]));
  EXPECT_THAT(forward_json(result, ""), HasSubstr("\"ratio\": null"));
  slow.round_trip_before_ns = 100;  // it got slow meanwhile
  EXPECT_FALSE(ratio_of(result.rows[0], result.rows[1]));
}

TEST(ForwardReport, OnOneCpuNothingIsKnownOfTheMachinesSpeed) {
  ForwardResult result = two_rounds();
  for (ForwardRow& row : result.rows) {
    for (ForwardSample& each : row.samples) {
      each.round_trip_before_ns = each.round_trip_after_ns = 0;
    }
  }
  EXPECT_EQ(ratio_of(result.rows[0], result.rows[1])->rounds, 2u);
  EXPECT_EQ(remark_on(result.rows[0], std::nullopt), "");
}

TEST(ForwardReport, TheTableNamesCaseRateAndRatio) {
  const std::string table = forward_table(two_rounds());
  EXPECT_THAT(table, HasSubstr("medians of 2 rounds\nnull ports, frames of zeros\n"));
  EXPECT_THAT(table, HasSubstr("cpu_model: A CPU, memory: no-huge"));
  EXPECT_THAT(table, HasSubstr("ratio: to classic/1,"));
  EXPECT_THAT(table, Not(HasSubstr("p50"))) << "nobody measured latencies";
  EXPECT_THAT(table, HasSubstr("return/2/flow-hash/ring:1024"));
  EXPECT_THAT(table, HasSubstr("4.50"));
  EXPECT_THAT(table, HasSubstr("1.50x (2)"));
}

/// Columns stand where their heads do, whatever the names are.
TEST(ForwardReport, TheTableKeepsItsColumns) {
  ForwardResult result = two_rounds();
  result.rows[1].what.policy = "symmetric-flow-hash";
  result.rows[1].what.method = ForwardMethod::kReturn;
  std::istringstream lines(forward_table(result));
  std::vector<std::size_t> lengths;
  for (std::string line; std::getline(lines, line);) {
    const bool is_row = line.starts_with("method") || line.starts_with("return");
    if (is_row) lengths.push_back(line.size());
  }
  EXPECT_THAT(lengths, ElementsAre(lengths[0], lengths[0], lengths[0]));
}

TEST(ForwardReport, ACaseThatCannotBeMeasuredSaysWhyAndIsNoReference) {
  ForwardResult result = two_rounds();
  result.rows[1].samples.clear();
  result.rows[1].skipped = "no such ports";
  EXPECT_EQ(&reference_of(result), &result.rows[0]);
  result.rows.insert(result.rows.begin(),
                     {{ForwardMethod::kFloor, 1, "", {}, {}}, {sample(1, 9)}, "", false});
  EXPECT_EQ(&reference_of(result), &result.rows[1]) << "rather one with clients";
  result.rows.erase(result.rows.begin());
  EXPECT_THAT(forward_table(result), HasSubstr("skipped: no such ports\n"));
  const auto json = nlohmann::json::parse(forward_json(result, ""));
  EXPECT_EQ(json["cases"][1]["skipped"], "no such ports");
  EXPECT_FALSE(json["cases"][1].contains("mpps"));
}

TEST(ForwardReport, ACaseThatFailedSaysWhyAndWhatWasMeasuredBefore) {
  ForwardResult result = two_rounds();
  result.rows[0].failed = "it delivered no packets";
  EXPECT_THAT(forward_table(result), HasSubstr("  failed in round 3: it delivered no packets\n"));
  result.rows[0].samples.clear();
  EXPECT_THAT(forward_table(result), HasSubstr(" failed: it delivered no packets\n"));
  const auto json = nlohmann::json::parse(forward_json(result, ""));
  EXPECT_EQ(json["cases"][0]["failed"], "it delivered no packets");
  EXPECT_TRUE(json["cases"][1].contains("mpps"));
}

TEST(ForwardReport, RemarksSayWhatIsToBeKnownOfARow) {
  ForwardRow row = two_rounds().rows[0];
  EXPECT_EQ(remark_on(row, std::nullopt), "");
  row.samples[1].round_trip_after_ns = 126;
  EXPECT_EQ(remark_on(row, std::nullopt), "1 of 2 while the machine changed its speed");
  row.samples[1].round_trip_after_ns = 0;
  EXPECT_EQ(remark_on(row, std::nullopt), "1 of 2 while the machine changed its speed");
  row.oversubscribed = true;
  for (ForwardSample& each : row.samples) each.offered_rate = 980;
  EXPECT_EQ(remark_on(row, 1000),
            "oversubscribed, offered only 980/s, 1 of 2 while the machine changed its speed");
  row.samples[1].round_trip_after_ns = 120;
  EXPECT_EQ(remark_on(row, 985), "oversubscribed") << "the rate was kept";
}

TEST(ForwardReport, LatenciesOfRingPortsAreMediansOfTheRounds) {
  ForwardResult result = two_rounds();
  result.traffic = {PortKind::kRing, "/x/imix.pcap", 360, 1522};
  result.rate = 5000;
  result.rows[0].samples[0].latency_ns = {10'000, 20'000, 30'000};
  result.rows[0].samples[1].latency_ns = {20'000, 40'000, 50'000};
  const std::string table = forward_table(result);
  EXPECT_THAT(table, HasSubstr("medians of 2 rounds, 5000 packets/s offered\n"
                               "ring ports, imix.pcap over and over\n"));
  EXPECT_THAT(table, HasSubstr("     15.0     30.0     40.0"));
  const auto json = nlohmann::json::parse(forward_json(result, ""));
  EXPECT_EQ(json["traffic"]["ports"], "ring");
  EXPECT_EQ(json["traffic"]["rate"], 5000);
  EXPECT_EQ(json["cases"][0]["latency_ns"]["p99"], 30'000);
  EXPECT_EQ(json["cases"][0]["samples"][1]["latency_ns"]["p999"], 50'000);
}

TEST(ForwardReport, SaysWhenOthersWereAtWork) {
  ForwardResult result = two_rounds();
  EXPECT_THAT(forward_table(result), Not(HasSubstr("Not quiet")));
  result.rows[1].samples[1].others_share = 0.42;
  EXPECT_THAT(forward_table(result), HasSubstr("Not quiet: other programs took up to 42 %"));
}

TEST(ForwardReport, TheJsonHasEverySample) {
  const auto json = nlohmann::json::parse(forward_json(two_rounds(), "ringside bench forward"));
  EXPECT_EQ(json["schema"], "ringside.bench.forward/2");
  EXPECT_EQ(json["cases"][0]["samples"].size(), 2u);
  EXPECT_EQ(json["cases"][0]["samples"][0]["delivered"], 3'000'000);
  EXPECT_EQ(json["reference"], "classic/1");
  EXPECT_EQ(json["machine"]["cpu_model"], "A CPU");
}

}  // namespace
}  // namespace ringside::harness
