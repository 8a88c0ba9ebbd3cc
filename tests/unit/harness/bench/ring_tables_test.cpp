// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/ring_tables.hpp"

#include <gmock/gmock.h>

namespace ringside::harness {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

RingRow measured(const std::string& name, double ns, double round_trip = 100) {
  RingRow row = parse_ring_name(name).value();
  RingSample sample;
  sample.ns = ns;
  sample.cycles = 2 * ns;
  sample.round_trip_ns = round_trip;
  sample.refused = 0.25;
  row.samples.push_back(sample);
  return row;
}

RingResults some_results() {
  RingResults results;
  results.context = {{"cpu_model", "a CPU"}};
  results.rows = {measured("ring/mp-mc/size:1024/bulk/copy/32/1:1/threads", 3),
                  measured("ring/sp-sc/size:1024/bulk/copy/32/1:1/threads", 2),
                  measured("ring/sp-sc/size:64/bulk/copy/32/1:1/threads", 10),
                  measured("ring/sp-sc/size:1024/single/copy/1/1:1/threads", 16)};
  return results;
}

TEST(RingTables, ModesAreOrderedByTime) {
  const RingResults results = some_results();
  EXPECT_THAT(modes_table(results, summarize(results)),
              HasSubstr("threads, 1:1            sp-sc 2.00 (1.00 x)  mp-mc 3.00 (1.50 x)"));
}

TEST(RingTables, AnotherSpeedOfTheMachineIsNotCompared) {
  RingResults results = some_results();
  results.rows.push_back(measured("ring/hts/size:1024/bulk/copy/32/1:1/threads", 1, 500));
  EXPECT_THAT(modes_table(results, summarize(results)), Not(HasSubstr("hts")));
  EXPECT_THAT(modes_table(results, summarize(results)),
              HasSubstr("left out: 1 case, see \"the machine was at another speed\" above\n"));
  EXPECT_THAT(calls_table(results, summarize(results)), Not(HasSubstr("left out")));
  EXPECT_THAT(ring_tables(results), HasSubstr("(the machine was at another speed)"));
}

TEST(RingTables, ASpreadNeedsTwoSamplesThatCount) {
  RingResults results = some_results();
  RingRow& twice = results.rows[0];
  twice.samples.push_back(twice.samples[0]);
  twice.samples[1].ns = 4.5;
  RingRow& once = results.rows[1];
  once.samples.push_back(once.samples[0]);
  once.samples[1].round_trip_ns = 500;
  const std::string table = ring_tables(results);
  EXPECT_THAT(table, ContainsRegex("mp-mc/size:1024[^\n]* 3.75   2 of 2    40%"));
  EXPECT_THAT(table, ContainsRegex("sp-sc/size:1024[^\n]* 2.00   1 of 2      - "));
}

TEST(RingTables, SizesGoUpwardsWithWhatWasRefused) {
  const RingResults results = some_results();
  const std::string table = sizes_table(results, summarize(results));
  EXPECT_THAT(table, HasSubstr("    64    10.00      25 %"));
  EXPECT_LT(table.find("10.00"), table.find("2.00 "));
}

TEST(RingTables, CallsAreMultiplesOfBulksOf32) {
  const RingResults results = some_results();
  const std::string table = calls_table(results, summarize(results));
  EXPECT_THAT(table, HasSubstr("single                        16.00            8.00"));
  EXPECT_THAT(table, HasSubstr("bulk of 32                     2.00            1.00"));
}

TEST(RingTables, WithoutTwoCasesThereIsNothingToCompare) {
  RingResults results;
  results.rows = {measured("ring/sp-sc/size:1024/bulk/copy/32/1:1/threads", 2)};
  const RingSummary summary = summarize(results);
  EXPECT_THAT(modes_table(results, summary), IsEmpty());
  EXPECT_THAT(sizes_table(results, summary), IsEmpty());
  EXPECT_THAT(calls_table(results, summary), IsEmpty());
}

TEST(RingTables, ACaseWithoutFiguresShowsItsReason) {
  RingResults results = some_results();
  RingRow row = parse_ring_name("ring/mp-mc/size:1024/bulk/copy/32/2:2/threads").value();
  row.problem = "skipped: needs 4 CPUs";
  results.rows.push_back(row);
  EXPECT_THAT(ring_tables(results), HasSubstr("2:2/threads   skipped: needs 4 CPUs\n"));
}

}  // namespace
}  // namespace ringside::harness
