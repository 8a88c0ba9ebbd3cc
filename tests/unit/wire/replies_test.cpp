// SPDX-License-Identifier: BSD-3-Clause
#include "wire/replies.hpp"

#include <gtest/gtest.h>

#include <array>

namespace ringside::wire {
namespace {

TEST(Replies, BeginWithReady) {
  EXPECT_EQ(ready_line(2), R"({"event":"ready","ports":2})");
}

TEST(Replies, RepeatCmdAndId) {
  EXPECT_EQ(ok_reply({"pause", ""}), R"({"cmd":"pause","ok":true})");
  EXPECT_EQ(ok_reply({"pause", "7"}), R"({"cmd":"pause","id":7,"ok":true})");
  EXPECT_EQ(ok_reply({"pause", R"("x")"}), R"({"cmd":"pause","id":"x","ok":true})");
}

TEST(Replies, CarryTheSentenceOfAnError) {
  EXPECT_EQ(error_reply({}, "a \"bad\" line"), R"({"ok":false,"error":"a \"bad\" line"})");
  EXPECT_EQ(error_reply({"load", ""}, "\xff"),
            "{\"cmd\":\"load\",\"ok\":false,\"error\":\"\uFFFD\"}");
}

TEST(Replies, CarryWhatBelongsToEachCommand) {
  EXPECT_EQ(load_reply({"load", ""}, 3, 180),
            R"({"cmd":"load","ok":true,"packets":3,"bytes":180})");
  EXPECT_EQ(send_reply({"send", ""}, {5, 2, 99}),
            R"({"cmd":"send","ok":true,"sent":5,"refused":2,"duration_ns":99})");
  EXPECT_EQ(failed_send_reply({"send", ""}, {5, 2, 99}, "why"),
            R"({"cmd":"send","ok":false,"error":"why","sent":5,"refused":2,"duration_ns":99})");
  EXPECT_EQ(stop_capture_reply({"stop-capture", ""}, 4),
            R"({"cmd":"stop-capture","ok":true,"packets":4})");
}

TEST(Replies, ReportEveryPortWithItsLatency) {
  const std::array ports{PortReport{1, 2, 3, true, {4, 5, 6, 7, 8, 9, 10}}, PortReport{}};
  EXPECT_EQ(report_reply({"report", ""}, ports, {11, 12}),
            R"({"cmd":"report","ok":true,"capture_ns":11,"monotonic_ns":12,"ports":[)"
            R"({"port":0,"sent":1,"refused":2,"captured":3,"sending":true,"latency_ns":)"
            R"({"count":4,"min":5,"p50":6,"p90":7,"p99":8,"p999":9,"max":10}},)"
            R"({"port":1,"sent":0,"refused":0,"captured":0,"sending":false,"latency_ns":)"
            R"({"count":0,"min":0,"p50":0,"p90":0,"p99":0,"p999":0,"max":0}}]})");
}

}  // namespace
}  // namespace ringside::wire
