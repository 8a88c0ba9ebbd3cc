// SPDX-License-Identifier: BSD-3-Clause
#include "core/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace ringside {
namespace {

using testing::HasSubstr;
using testing::Not;

Drop ring_full(unsigned client, std::uint64_t packets) {
  return {DropPlace::kWorkRing, DropReason::kRingFull, ClientId{static_cast<std::uint8_t>(client)},
          packets};
}

TEST(Ledger, OfNothingIsBalanced) {
  EXPECT_TRUE(balance({}).balanced());
}

TEST(Ledger, BalancesWhenEveryPacketIsAccountedFor) {
  const Balance result = balance({.received = 100,
                                  .transmitted = 90,
                                  .drops = {ring_full(0, 3), ring_full(1, 2)},
                                  .in_flight = 5});
  EXPECT_TRUE(result.balanced());
  EXPECT_EQ(result.missing, 0);
  EXPECT_EQ(result.dropped, 5u);
}

TEST(Ledger, ReportsASingleVanishedPacket) {
  const Balance result = balance({.received = 1'000'000, .transmitted = 999'999, .drops = {}});
  EXPECT_FALSE(result.balanced());
  EXPECT_EQ(result.missing, 1);
}

TEST(Ledger, ReportsAPacketThatCameFromNowhere) {
  EXPECT_EQ(balance({.received = 7, .transmitted = 8, .drops = {}}).missing, -1);
}

TEST(Ledger, ReadsAsABlockOfText) {
  EXPECT_EQ(to_text(Ledger{.received = 1'000'000,
                           .transmitted = 998'990,
                           .drops = {ring_full(1, 1'000),
                                     {DropPlace::kPort, DropReason::kTxFull, std::nullopt, 7},
                                     ring_full(0, 0)},
                           .in_flight = 3}),
            "ledger, packets\n"
            "  received                                     1,000,000\n"
            "  = transmitted                                  998,990\n"
            "  + dropped                                        1,007\n"
            "      work_ring ring_full, client 1                1,000\n"
            "      port tx_full                                     7\n"
            "  + in flight                                          3\n"
            "  balanced: every packet is accounted for\n");
}

TEST(Ledger, SaysInItsTextWhichWayItFails) {
  EXPECT_THAT(to_text(Ledger{.received = 1, .drops = {}}),
              HasSubstr("NOT BALANCED: 1 packet vanished\n"));
  EXPECT_THAT(to_text(Ledger{.received = 5000, .drops = {}}),
              HasSubstr("NOT BALANCED: 5,000 packets vanished\n"));
  EXPECT_THAT(to_text(Ledger{.transmitted = 2, .drops = {}}),
              HasSubstr("NOT BALANCED: 2 packets more came out than went in\n"));
}

TEST(Ledger, NamesPlacesAndReasonsAsDocumented) {
  EXPECT_EQ(to_text(DropPlace::kWorkRing), "work_ring");
  EXPECT_EQ(to_text(DropPlace::kClient), "client");
  EXPECT_EQ(to_text(DropPlace::kPort), "port");
  EXPECT_EQ(to_text(DropPlace::kExit), "exit");
  EXPECT_EQ(to_text(DropReason::kRingFull), "ring_full");
  EXPECT_EQ(to_text(DropReason::kHandler), "handler");
  EXPECT_EQ(to_text(DropReason::kTxFull), "tx_full");
  EXPECT_EQ(to_text(DropReason::kUndelivered), "undelivered");
  EXPECT_EQ(drop_place("exit"), DropPlace::kExit);
  EXPECT_EQ(drop_reason("handler"), DropReason::kHandler);
  EXPECT_EQ(drop_place("elsewhere"), std::nullopt);
  EXPECT_EQ(drop_reason(""), std::nullopt);
}

/// A little data path: packets enter, and each later leaves by one of the ways there are.
struct History {
  Ledger ledger;

  void receive() { ++ledger.received, ++ledger.in_flight; }
  void transmit() { ++ledger.transmitted, --ledger.in_flight; }
  void drop(const Drop& how) {
    ledger.drops.push_back(how);
    --ledger.in_flight;
  }
};

Drop any_drop() {
  const auto client = *rc::gen::inRange<int>(-1, kMaxClients);
  return {*rc::gen::element(DropPlace::kWorkRing, DropPlace::kClient, DropPlace::kPort,
                            DropPlace::kExit),
          *rc::gen::element(DropReason::kRingFull, DropReason::kHandler, DropReason::kTxFull,
                            DropReason::kUndelivered),
          client < 0 ? std::nullopt : std::optional(ClientId{static_cast<std::uint8_t>(client)}),
          1};
}

RC_GTEST_PROP(Ledger, BalancesAfterAnyEventsAndReportsAnyPacketThatIsLostAfterwards, ()) {
  History history;
  const auto events = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5));
  for (const int event : events) {
    if (event < 3 || history.ledger.in_flight == 0) {
      history.receive();
    } else if (event == 3) {
      history.transmit();
    } else {
      history.drop(any_drop());
    }
    RC_ASSERT(balance(history.ledger).balanced());
  }

  Ledger& ledger = history.ledger;
  if (ledger.in_flight > 0) {
    Ledger lost = ledger;
    --lost.in_flight;
    RC_ASSERT(balance(lost).missing == 1);
  }
  if (ledger.transmitted > 0) {
    Ledger lost = ledger;
    --lost.transmitted;
    RC_ASSERT(balance(lost).missing == 1);
  }
  if (!ledger.drops.empty()) {
    Ledger uncounted = ledger;
    uncounted.drops.erase(uncounted.drops.begin() +
                          *rc::gen::inRange<std::size_t>(0, ledger.drops.size()));
    RC_ASSERT(balance(uncounted).missing == 1);
  }
  Ledger twice = ledger;
  ++twice.transmitted;
  RC_ASSERT(balance(twice).missing == -1);
}

}  // namespace
}  // namespace ringside
