// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/forward_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/bench/forward.hpp"

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;

ForwardCase of(ForwardMethod method, unsigned clients = 1) {
  ForwardCase what;
  what.method = method;
  what.clients = clients;
  return what;
}

TEST(ForwardCase, WithOneCpuOnlyTheFloorCanBeMeasured) {
  EXPECT_EQ(reason_to_skip(of(ForwardMethod::kFloor), PortKind::kNull, 1), "");
  for (const auto method : {ForwardMethod::kLines, ForwardMethod::kClassic, ForwardMethod::kReturn,
                            ForwardMethod::kDirect}) {
    EXPECT_EQ(reason_to_skip(of(method), PortKind::kNull, 2), "");
    EXPECT_THAT(reason_to_skip(of(method), PortKind::kNull, 1),
                HasSubstr("needs 2 CPUs, one for the server and one for the clients; 1 may"));
  }
}

TEST(ForwardCase, WhatPortsDoNotAllowIsSkippedWithTheReason) {
  EXPECT_THAT(reason_to_skip(of(ForwardMethod::kDirect), PortKind::kPcap, 2),
              HasSubstr("refuses --tx direct"));
  for (const auto method : {ForwardMethod::kFloor, ForwardMethod::kClassic}) {
    EXPECT_THAT(reason_to_skip(of(method), PortKind::kRing, 2), HasSubstr("no ring ports"));
    EXPECT_EQ(reason_to_skip(of(method), PortKind::kPcap, 2), "");
  }
  EXPECT_THAT(reason_to_skip(of(ForwardMethod::kLines), PortKind::kPcap, 2), HasSubstr("null"));
  EXPECT_EQ(reason_to_skip(of(ForwardMethod::kReturn), PortKind::kPcap, 2), "");
  EXPECT_EQ(reason_to_skip(of(ForwardMethod::kDirect), PortKind::kRing, 2), "");
}

TEST(ForwardCase, MoreBusyProcessesThanCpusAreOversubscribed) {
  EXPECT_FALSE(is_oversubscribed(of(ForwardMethod::kFloor, 4), PortKind::kNull, 1));
  EXPECT_FALSE(is_oversubscribed(of(ForwardMethod::kReturn), PortKind::kNull, 2));
  EXPECT_TRUE(is_oversubscribed(of(ForwardMethod::kReturn, 2), PortKind::kNull, 2));
  EXPECT_TRUE(is_oversubscribed(of(ForwardMethod::kReturn), PortKind::kRing, 2)) << "the wire";
  EXPECT_FALSE(is_oversubscribed(of(ForwardMethod::kReturn), PortKind::kRing, 3));
}

TEST(ForwardCase, NothingToMeasureAtAllIsAnError) {
  const auto rows = rows_of({of(ForwardMethod::kDirect)}, PortKind::kPcap);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(rows.error().message, HasSubstr("direct/1/round-robin"));
}

TEST(ForwardTraffic, NullPortsNeedNoCapture) {
  const auto traffic = forward_traffic(PortKind::kNull, "");
  ASSERT_TRUE(traffic);
  EXPECT_EQ(traffic->packets, 0u);
}

TEST(ForwardTraffic, OthersCountAndMeasureItsPackets) {
  const std::string pcaps = RINGSIDE_PCAP_DIR;
  const auto traffic = forward_traffic(PortKind::kPcap, pcaps + "/imix.pcap");
  ASSERT_TRUE(traffic);
  EXPECT_EQ(traffic->packets, 360u);
  EXPECT_EQ(traffic->longest, 1522u);
  const auto jumbo = forward_traffic(PortKind::kRing, pcaps + "/sizes-64-9000.pcap");
  ASSERT_FALSE(jumbo);
  EXPECT_THAT(jumbo.error().message, HasSubstr("9000 bytes is too long for bench forward"));
  EXPECT_FALSE(forward_traffic(PortKind::kPcap, "/nowhere.pcap"));
}

}  // namespace
}  // namespace ringside::harness
