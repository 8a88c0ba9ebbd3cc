// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/telemetry_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;

class TelemetryCheck : public ::testing::Test {
 protected:
  TelemetryCheck() {
    telemetry_.replies["/mp/stats"] =
        R"({"received":10,"transmitted":7,"dropped":3,"in_flight":0,"drops":{"work_ring/ring_full":3}})";
    telemetry_.replies["/mp/clients"] =
        R"({"0":{"handed":7,"returned":7,"recovered":0,"lost_in_crash":0,"sent":7,"ring_full":3,"handler_drop":0,"tx_full":0,"in_flight":0}})";
    telemetry_.replies["/mp/ports"] = R"({"0":{"received":10,"transmitted":7,"tx_full":0}})";
    final_.ledger = {10, 7, 3, 0, true, 0, {{"work_ring", "ring_full", 0, 3}}};
    final_.clients.resize(1);
    final_.clients[0].handed = final_.clients[0].returned = final_.clients[0].sent = 7;
    final_.clients[0].ring_full = 3;
    final_.ports.resize(1);
    final_.ports[0].received = 10;
    final_.ports[0].transmitted = 7;
  }
  CheckResult compare() { return compare_telemetry(*take_snapshot(telemetry_), final_); }

  test::FakeTelemetry telemetry_;
  ServerStats final_;
};

TEST_F(TelemetryCheck, PassesWhenBothSayTheSame) {
  EXPECT_EQ(compare().outcome, Outcome::kPass);
  EXPECT_EQ(compare().summary, "17 counters, 0 different");
}

TEST_F(TelemetryCheck, FailsWithEachCounterThatDiffers) {
  final_.ledger.drops[0].packets = 4;
  final_.clients[0].handed = 8;
  final_.ports[0].transmitted = 6;
  const CheckResult result = compare();
  EXPECT_EQ(result.outcome, Outcome::kFail);
  EXPECT_THAT(result.reasons,
              ElementsAre("drops work_ring.ring_full: 3 by telemetry, 4 in the final statistics",
                          "client 0 handed: 7 by telemetry, 8 in the final statistics",
                          "port 0 transmitted: 7 by telemetry, 6 in the final statistics"));
}

TEST_F(TelemetryCheck, FailsWhenTelemetryLacksACounter) {
  telemetry_.replies["/mp/ports"] = "{}";
  EXPECT_EQ(compare().outcome, Outcome::kFail);
}

TEST_F(TelemetryCheck, AServerThatDoesNotAnswerGivesNoSnapshot) {
  telemetry_.replies.erase("/mp/clients");
  EXPECT_FALSE(take_snapshot(telemetry_).ok());
}

}  // namespace
}  // namespace ringside::harness
