// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/ring_results.hpp"

#include <gmock/gmock.h>

#include "harness/bench/ring_run.hpp"

namespace ringside::harness {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kRingContext =
    R"("context": {"date": "d", "cpu_model": "c", "usable_cpus": "2", "governor": "g",
       "kernel": "k", "memory": "no-huge", "dpdk": "DPDK 22.11", "git": "abc"})";

std::string ring_run(const std::string& name, double ns, const std::string& more = "") {
  return R"({"name": ")" + name + R"(", "run_type": "iteration", "ns_per_element": )" +
         std::to_string(ns) + R"(, "cycles_per_element": 3, "items_per_second": 1e6)" + more + "}";
}

std::string ring_file(const std::string& runs) {
  return "{" + std::string(kRingContext) + R"(, "benchmarks": [)" + runs + "]}";
}

RingRow row_with(std::vector<std::pair<double, double>> ns_and_round_trip) {
  RingRow row;
  for (const auto& [ns, round_trip] : ns_and_round_trip) {
    RingSample sample;
    sample.ns = ns;
    sample.round_trip_ns = round_trip;
    row.samples.push_back(sample);
  }
  return row;
}

TEST(RingResults, ANameIsTakenApart) {
  const auto row = parse_ring_name("ring/mp-rts/size:64/burst/zero-copy/8/2:1/oversubscribed");
  ASSERT_TRUE(row.ok());
  EXPECT_EQ(row.value().mode, "mp-rts");
  EXPECT_EQ(row.value().size, 64u);
  EXPECT_EQ(row.value().verb, "burst");
  EXPECT_EQ(row.value().copy, "zero-copy");
  EXPECT_EQ(row.value().count, 8u);
  EXPECT_EQ(row.value().topology, "2:1");
  EXPECT_EQ(row.value().placement, "oversubscribed");
  EXPECT_FALSE(parse_ring_name("BM_Something/64").ok());
  EXPECT_FALSE(parse_ring_name("ring/sp-sc/size:x/bulk/copy/32/1:1/threads").ok());
}

TEST(RingResults, RepetitionsAreSamplesOfOneRowAndAggregatesAreNot) {
  const std::string name = "ring/sp-sc/size:1024/bulk/copy/32/1:1/threads";
  const std::string more =
      R"(, "hand_over_p99_ns": 200, "queued_p50_ns": 900, "refused": 0.25, "discarded": 2,
         "round_trip_before_ns": 100, "round_trip_after_ns": 110)";
  const auto results = read_ring_results(
      ring_file(ring_run(name, 1.5, more) + "," + ring_run(name, 2.5, more) +
                R"(, {"name": "ring_median", "run_type": "aggregate", "ns_per_element": 7})"));
  ASSERT_TRUE(results.ok()) << results.error().message;
  ASSERT_EQ(results.value().rows.size(), 1u);
  const RingRow& row = results.value().rows[0];
  ASSERT_EQ(row.samples.size(), 2u);
  EXPECT_EQ(row.samples[1].ns, 2.5);
  EXPECT_EQ(row.samples[1].hand_over.p99, 200);
  EXPECT_EQ(row.samples[1].queued.p50, 900);
  EXPECT_EQ(row.samples[1].refused, 0.25);
  EXPECT_EQ(row.samples[1].discarded, 2u);
  EXPECT_EQ(row.samples[1].round_trip_ns, 105);
  EXPECT_EQ(results.value().context[0].second, "c");
}

TEST(RingResults, TheReasonOfAMissingSampleIsKept) {
  const auto results = read_ring_results(ring_file(
      R"({"name": "ring/mp-mc/size:64/bulk/copy/8/2:2/threads", "run_type": "iteration",
          "error_occurred": true, "error_message": "skipped: needs 4 CPUs"})"));
  ASSERT_TRUE(results.ok()) << results.error().message;
  EXPECT_EQ(results.value().rows[0].problem, "skipped: needs 4 CPUs");
  EXPECT_TRUE(results.value().rows[0].samples.empty());
  EXPECT_EQ(summarize(results.value()).rows[0].samples, 0u);
}

TEST(RingResults, WhatMovedNothingOrIsNoResultIsAnError) {
  const std::string name = "ring/sp-sc/size:1024/bulk/copy/32/1:1/threads";
  const auto nothing = read_ring_results(ring_file(ring_run(name, 0)));
  ASSERT_FALSE(nothing.ok());
  EXPECT_THAT(nothing.error().message, HasSubstr("moved no elements"));
  EXPECT_FALSE(read_ring_results("").ok());
  EXPECT_FALSE(read_ring_results("{}").ok());
  EXPECT_FALSE(read_ring_results(ring_file(R"({"name": "other", "run_type": "iteration"})")).ok());
}

TEST(RingResults, MediansAreOfOneSpeedOfTheMachine) {
  RingResults results;
  // Three samples in a fast moment and two in a slow one; and one thread, to which it is all one.
  results.rows = {row_with({{1.0, 105}, {4.0, 540}, {1.2, 110}, {1.4, 100}, {4.2, 520}}),
                  row_with({{4.4, 530}}), row_with({{0.5, 0}, {0.7, 0}})};
  const RingSummary summary = summarize(results);
  EXPECT_EQ(summary.usual_regime, 0);
  EXPECT_THAT(summary.regime_ns, ElementsAre(105, 530));
  EXPECT_EQ(summary.rows[0].samples, 3u);
  EXPECT_EQ(summary.rows[0].median.ns, 1.2);
  EXPECT_THAT(summary.rows[0].spread, DoubleNear(0.4 / 1.2, 1e-12));
  EXPECT_EQ(summary.rows[1].regime, 1) << "shown, but as what it is";
  EXPECT_EQ(summary.rows[1].median.ns, 4.4);
  EXPECT_EQ(summary.rows[2].regime, -1);
  EXPECT_EQ(summary.rows[2].samples, 2u);
}

TEST(RingResults, ProgressIsTheMedianOrTheReason) {
  const auto progress = [](const std::string& line) { return progress_of(line, false); };
  EXPECT_EQ(progress("ring/sp-sc/size:64/bulk/copy/8/1:1/threads_median   1.41 ns  0.1 ns  2"),
            "ring/sp-sc/size:64/bulk/copy/8/1:1/threads  1.41 ns");
  EXPECT_EQ(progress("ring/sp-sc/size:64/bulk/copy/8/1:1/threads   1.41 ns  0.1 ns  2"), "");
  EXPECT_EQ(progress("ring/hts/x ERROR OCCURRED: 'skipped: why'"), "ring/hts/x  'skipped: why'");
  EXPECT_EQ(progress("------"), "");
}

TEST(RingResults, OfOneRepetitionProgressIsTheSample) {
  EXPECT_EQ(progress_of("ring/hts/size:64/bulk/copy/8/1:1/threads   1.41 ns  0.1 ns  2", true),
            "ring/hts/size:64/bulk/copy/8/1:1/threads  1.41 ns");
  EXPECT_EQ(progress_of("ring/hts/x ERROR OCCURRED: 'unstable: why'", true),
            "ring/hts/x  'unstable: why'");
  EXPECT_EQ(progress_of("------", true), "");
}

}  // namespace
}  // namespace ringside::harness
