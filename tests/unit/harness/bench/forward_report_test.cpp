// SPDX-License-Identifier: BSD-3-Clause
// The figures of the forwarding benchmark, from samples made up.
#include "harness/bench/forward_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/harness/bench/forward_samples.hpp"

namespace ringside::harness {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ForwardReport, OnOneCpuNothingIsKnownOfTheMachinesSpeed) {
  ForwardResult result = two_rounds();
  for (ForwardRow& row : result.rows) {
    for (ForwardSample& each : row.samples) {
      each.round_trip_before_ns = each.round_trip_after_ns = 0;
    }
  }
  const MachineSpeeds speeds = speeds_of(result.rows);
  EXPECT_EQ(figures_of(result.rows[0], speeds).samples, 2u);
  EXPECT_EQ(ratio_of(result.rows[0], result.rows[1], speeds)->rounds, 2u);
  EXPECT_EQ(remark_on(result.rows[0], speeds, std::nullopt), "");
  EXPECT_THAT(forward_table(result), Not(HasSubstr("a cache line to the other CPU and back:")));
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
  result.rows[1].what.ring_size = 16384;
  result.rows[1].what.burst = 128;
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

TEST(ForwardReport, ACaseThatWasNotReachedSaysSo) {
  ForwardResult result = two_rounds();
  result.rows[0].samples.clear();
  EXPECT_THAT(forward_table(result), ContainsRegex("return/2/[^ ]* +not measured\n"));
  EXPECT_EQ(nlohmann::json::parse(forward_json(result, ""))["cases"][0].size(), 1u);
}

TEST(ForwardReport, RemarksSayWhatIsToBeKnownOfARow) {
  ForwardRow row = two_rounds().rows[0];
  const auto remark = [&](std::optional<double> rate) {
    return remark_on(row, speeds_of({row}), rate);
  };
  EXPECT_EQ(remark(std::nullopt), "");
  row.samples[1].round_trip_after_ns = 126;
  EXPECT_EQ(remark(std::nullopt), "the machine changed its speed in 1 of 2");
  row.samples[1].round_trip_after_ns = 0;
  EXPECT_EQ(remark(std::nullopt), "the machine changed its speed in 1 of 2");
  row.oversubscribed = true;
  for (ForwardSample& each : row.samples) each.offered_rate = 980;
  EXPECT_EQ(remark(1000),
            "oversubscribed, offered only 980/s, the machine changed its speed in 1 of 2");
  row.samples[1].round_trip_after_ns = 120;
  EXPECT_EQ(remark(985), "oversubscribed") << "the rate was kept";
}

/// Three cases in turns while the machine is fast, fast, slow; one is slow in each of its rounds,
/// and one saw the speed change in all of them.
ForwardResult three_speeds() {
  ForwardResult result = two_rounds();
  ForwardRow changing = result.rows[0], slow = result.rows[0];
  for (ForwardSample& each : changing.samples) each.round_trip_after_ns = 500;
  changing.what.clients = 4;
  for (ForwardSample& each : slow.samples) set_round_trip(each, 500);
  slow.what.clients = 8;
  result.rows[0].samples.push_back(result.rows[0].samples[0]);
  set_round_trip(result.rows[0].samples[2], 480);
  result.rows.insert(result.rows.end(), {changing, slow});
  return result;
}

TEST(ForwardReport, TheTableSaysHowManySamplesCountAndAtWhichSpeed) {
  const std::string table = forward_table(three_speeds());
  EXPECT_THAT(table,
              HasSubstr("a cache line to the other CPU and back: 110 ns in 4 samples (usual), "
                        "500 ns in 3 samples, changed during 2\n"));
  EXPECT_THAT(table, ContainsRegex("return/2/[^\n]* 2 of 3 "));
  EXPECT_THAT(table, ContainsRegex("return/4/[^ ]* +no figures  the machine changed its speed in 2 "
                                   "of 2\n"));
  EXPECT_THAT(table, ContainsRegex("return/8/[^\n]* 2 of 2 .*  all at another speed .500 ns.\n"));
}

TEST(ForwardReport, TheJsonSaysWhichSpeedACaseIsOfAndKeepsTheOtherSamples) {
  const auto json = nlohmann::json::parse(forward_json(three_speeds(), ""));
  EXPECT_EQ(json["speeds"][0],
            nlohmann::json({{"round_trip_ns", 110}, {"samples", 4}, {"usual", true}}));
  EXPECT_EQ(json["speeds"][1]["samples"], 3);
  const auto& cases = json["cases"];
  EXPECT_EQ(cases[0]["samples_counted"], 2);
  EXPECT_EQ(cases[0]["samples"].size(), 3u);
  EXPECT_EQ(cases[0]["samples"][2]["round_trip_after_ns"], 480);
  EXPECT_EQ(cases[0]["round_trip_ns"], 110);
  EXPECT_EQ(cases[2]["samples_counted"], 0);
  EXPECT_FALSE(cases[2].contains("mpps"));
  EXPECT_EQ(cases[2]["samples"].size(), 2u);
  EXPECT_EQ(cases[3]["round_trip_ns"], 500);
  EXPECT_TRUE(cases[3]["ratio"].is_null()) << "the reference was not met at that speed";
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
  EXPECT_EQ(json["schema"], "ringside.bench.forward/3");
  EXPECT_EQ(json["cases"][0]["samples"].size(), 2u);
  EXPECT_EQ(json["cases"][0]["samples"][0]["delivered"], 3'000'000);
  EXPECT_EQ(json["reference"], "classic/1");
  EXPECT_EQ(json["machine"]["cpu_model"], "A CPU");
}

}  // namespace
}  // namespace ringside::harness
