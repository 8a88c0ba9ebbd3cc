// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/idle_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ringside::harness {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ForwardReading reading(int seconds, std::vector<double> cpu_seconds) {
  ForwardReading made;
  made.at = TimePoint(std::chrono::seconds(seconds));
  made.by_client = {0, 0};
  made.cpu_seconds = std::move(cpu_seconds);
  return made;
}

TEST(IdleBench, SharesAreCpuTimeOverTheWindowTheWireLeftOut) {
  IdleRow row;
  take_shares(reading(10, {1, 2, 3, 4}), reading(12, {1.5, 2.1, 3.2, 9}), row);
  EXPECT_DOUBLE_EQ(row.server_share, 0.25);
  EXPECT_THAT(row.client_shares, ElementsAre(DoubleEq((2.1 - 2) / 2), DoubleEq((3.2 - 3) / 2)));
}

TEST(IdleBench, TheTableHasTheBusiestClientAndTheSlowestPacket) {
  const IdleRow measured{{},        "", 0.045, {0.01, 0.032}, {100'000, 180'000, 120'000},
                         {400'000}, 0,  "",    400,           410};
  const IdleRow skipped{{}, "one CPU", 0, {}, {}, {}, 0};
  const IdleRow failed{{}, "", 0, {}, {}, {}, 0, "the server ended"};
  const IdleResult result{{},
                          {PortKind::kRing, "/x/imix.pcap", 1, 1522},
                          2,
                          0.02,
                          2,
                          {143'000, 18'000},
                          {measured, skipped, failed}};
  const std::string table = idle_table(result);
  EXPECT_THAT(table, HasSubstr("Idle for 2.0 s, then single packets after 20 ms of silence each, "
                               "then (late ones) after 2.0 s"));
  EXPECT_THAT(
      table,
      HasSubstr(
          "        4.5%        3.2%         120      180        400      400          405\n"));
  EXPECT_THAT(table, HasSubstr("failed: the server ended\n"));
  EXPECT_THAT(table, HasSubstr("skipped: one CPU\n"));
  EXPECT_THAT(table, HasSubstr("lasts 143 us on this machine and takes 18.0 us of CPU: 12.6%"));
  const auto json = nlohmann::json::parse(idle_json(result, ""));
  EXPECT_EQ(json["cases"][0]["first_packet_median_ns"], 120'000);
  EXPECT_EQ(json["cases"][0]["first_packet_max_ns"], 180'000);
  EXPECT_EQ(json["cases"][0]["late_packet_median_ns"], 400'000);
  EXPECT_EQ(json["cases"][0]["round_trip_after_ns"], 410);
  EXPECT_EQ(json["cases"][1]["skipped"], "one CPU");
  EXPECT_EQ(json["cases"][2]["failed"], "the server ended");
  EXPECT_EQ(json["sleep"]["cpu_ns"], 18'000);
}

TEST(BenchWire, ReadsLatenciesAndRefusesWhatIsNone) {
  WireTotals totals;
  ASSERT_TRUE(
      read_latency(R"({"count":9,"min":1,"p50":2,"p90":3,"p99":4,"p999":5,"max":6})", totals));
  EXPECT_EQ(totals.measured, 9u);
  EXPECT_EQ(totals.latency_ns.p50, 2);
  EXPECT_EQ(totals.latency_ns.p99, 4);
  EXPECT_EQ(totals.latency_ns.p999, 5);
  EXPECT_EQ(totals.longest_ns, 6);
  EXPECT_FALSE(read_latency("{}", totals));
  EXPECT_FALSE(read_latency("nothing", totals));
}

}  // namespace
}  // namespace ringside::harness
