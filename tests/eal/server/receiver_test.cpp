// SPDX-License-Identifier: BSD-3-Clause
#include "server/receiver.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "eal_for_tests.hpp"
#include "server/returner.hpp"
#include "server_fixture.hpp"

namespace ringside::server {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

[[maybe_unused]] const auto* const kEal =
    ::testing::AddGlobalTestEnvironment(new ringside::fixtures::EalForTests);

class ReceiverTest : public ServerTest {
 protected:
  /// Turns until nothing moves.
  static void settle(Receiver& receiver) {
    while (receiver.turn() > 0) {
    }
  }
};

TEST_F(ReceiverTest, GoesRoundOverBurstsAndPortsExactlyToThePacket) {
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(3));
  for (int i = 0; i < 5; ++i) {
    arrive(0, 7);
    settle(receiver);
  }
  EXPECT_EQ(take(path_->work[0]).size(), 12u);
  EXPECT_EQ(take(path_->work[1]).size(), 12u);
  EXPECT_EQ(take(path_->work[2]).size(), 11u);
}

TEST_F(ReceiverTest, HandsOverABurstThatIsNotFullWhenNothingMoreArrives) {
  options_.clients = 1;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 3);
  EXPECT_EQ(receiver.turn(), 3u);
  EXPECT_EQ(read(path_->rx[0].staged), 3u);
  EXPECT_EQ(receiver.turn(), 3u);
  EXPECT_THAT(numbers(take(path_->work[0])), ElementsAre(0, 1, 2));
  EXPECT_EQ(read(path_->rx[0].staged), 0u);
}

TEST_F(ReceiverTest, WaitsForAFullBurstWhileAPortHasMore) {
  options_.clients = 1;
  options_.ring_size = 512;
  options_.burst = 128;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 20);
  arrive(1, 20);
  EXPECT_EQ(receiver.turn(), 80u) << "40 received, and handed over: no port gave a small burst";
  EXPECT_EQ(take(path_->work[0]).size(), 40u);
  arrive(0, 20);
  EXPECT_EQ(receiver.turn(), 20u);
  EXPECT_EQ(take(path_->work[0]).size(), 0u) << "too few for a hand-over while packets come";
  arrive(0, 128);
  arrive(1, 50);
  EXPECT_EQ(receiver.turn(), 178u);
  EXPECT_EQ(take(path_->work[0]).size(), 128u) << "port 0 may have more";
  EXPECT_EQ(read(path_->rx[0].staged), 70u);
  EXPECT_EQ(receiver.turn(), 70u);
  EXPECT_EQ(take(path_->work[0]).size(), 70u);
}

TEST_F(ReceiverTest, APacketWaitsForCompanyForSixteenTurnsAtMost) {
  options_.policy = Policy::kPort;
  options_.clients = 2;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(2));
  arrive(1, 1);  // for client 1, whom nothing else reaches
  unsigned turns = 0;
  do {
    arrive(0, options_.burst);
    receiver.turn();
    work_off(0, 0);
    Returner(*path_).turn();
    ++turns;
  } while (path_->work[1].used() == 0 && turns < 100);
  EXPECT_EQ(turns, 16u);
}

TEST_F(ReceiverTest, WakesClientsThatSleepAndHavePackets) {
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(2));
  info_->client[0].naps = 1;
  info_->client[1].naps = 1;
  settle(receiver);
  EXPECT_EQ(info_->client[0].verdict.bell, 0u) << "no packets yet";
  arrive(0, 1);  // for the first one
  settle(receiver);
  EXPECT_EQ(info_->client[0].verdict.bell, 1u);
  EXPECT_EQ(info_->client[1].verdict.bell, 0u);
}

TEST_F(ReceiverTest, WakesAClientThatFellAsleepAfterThePacketCame) {
  options_.clients = 1;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 1);
  settle(receiver);
  info_->client[0].naps = 1;
  EXPECT_EQ(receiver.turn(), 0u);
  EXPECT_EQ(info_->client[0].verdict.bell, 1u);
}

TEST_F(ReceiverTest, DropsAndCountsExactlyWhatDoesNotFit) {
  options_.clients = 1;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 100);
  settle(receiver);
  EXPECT_EQ(read(path_->rx[0].handed[0]), 63u);
  EXPECT_EQ(read(path_->rx[0].ring_full[0]), 37u);
  EXPECT_EQ(mbufs_in_use(), 63);
  EXPECT_EQ(read(path_->rx[0].peak[0]), 63u);
}

TEST_F(ReceiverTest, HandsOutNoMoreThanARingHoldsUntilSomethingComesBack) {
  options_.clients = 1;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 63);
  settle(receiver);
  const auto held = take(path_->work[0]);  // off the ring, but not back
  arrive(0, 5);
  settle(receiver);
  EXPECT_EQ(held.size(), 63u);
  EXPECT_EQ(path_->work[0].used(), 0u);
  EXPECT_EQ(read(path_->rx[0].ring_full[0]), 5u);
}

TEST_F(ReceiverTest, WritesDownNoMoreThanFitsOnARingThatItsClientHidesBehind) {
  seams_.hand_over = [](dpdk::ProducerEnd& end, std::span<dpdk::Packet> packets) {
    const unsigned handed = product_seams().hand_over(end, packets);
    EXPECT_EQ(handed, packets.size()) << "all of these are owed already";
    return handed;
  };
  options_.clients = 1;
  options_.on_full = OnFull::kWait;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  dpdk::ConsumerEnd hidden(path_->work[0]);
  for (int round = 0; round < 20; ++round) {
    arrive(0, 5);
    receiver.turn();
    // Returned, while the ring still says that they are there.
    std::vector<dpdk::Packet> packets(path_->work[0].used());
    ASSERT_EQ(hidden.begin_dequeue(packets), packets.size());
    const auto first = packets.end() - static_cast<std::ptrdiff_t>(path_->owed(0));
    come_back(0, {first, packets.end()});
  }
  EXPECT_EQ(path_->work[0].used(), path_->work[0].capacity());
}

TEST_F(ReceiverTest, WaitsInsteadOfDroppingAndKeepsTheOrder) {
  options_.clients = 1;
  options_.on_full = OnFull::kWait;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 300);
  std::vector<std::uint32_t> seen;
  while (seen.size() < 300) {
    settle(receiver);
    const auto packets = take(path_->work[0], 10);
    ASSERT_FALSE(packets.empty());
    for (const dpdk::Packet packet : packets) seen.push_back(number(packet));
    come_back(0, packets);
  }
  for (std::uint32_t i = 0; i < 300; ++i) ASSERT_EQ(seen[i], i);
  EXPECT_EQ(read(path_->rx[0].ring_full[0]), 0u);
}

TEST_F(ReceiverTest, OneFullRingWithTwoPortsOverflowsNoStage) {
  options_.clients = 2;
  options_.on_full = OnFull::kWait;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(2));
  arrive(0, 400);
  arrive(1, 400);
  settle(receiver);
  EXPECT_EQ(read(path_->rx[0].handed[0]), 63u);
  EXPECT_LE(read(path_->rx[0].staged), 2u * 2u * options_.burst);
  EXPECT_EQ(balance(ledger()).missing, 0);
}

TEST_F(ReceiverTest, ReceivesNothingBeforeTheGateOpensOrWithoutClients) {
  build();
  Receiver receiver(*path_, 0);
  arrive(0, 4);
  EXPECT_EQ(receiver.turn(), 0u);
  open_gate(ClientSet::first(2), false);
  EXPECT_EQ(receiver.turn(), 0u);
  open_gate(ClientSet{}, true);
  EXPECT_EQ(receiver.turn(), 0u);
  EXPECT_EQ(into_[0].used(), 4u);
}

TEST_F(ReceiverTest, GivesToTheOthersWhatIsStagedForAClientThatLeaves) {
  options_.clients = 2;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(2));
  arrive(0, 4);
  receiver.turn();
  open_gate(ClientSet{ClientId{1}});
  EXPECT_FALSE(path_->all_acknowledged());
  receiver.turn();
  EXPECT_TRUE(path_->all_acknowledged());
  settle(receiver);
  EXPECT_EQ(path_->work[0].used(), 0u);
  EXPECT_THAT(numbers(take(path_->work[1])), UnorderedElementsAre(0, 1, 2, 3));
}

TEST_F(ReceiverTest, CountsWhatItAbandonsAsUndelivered) {
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(3));
  arrive(0, 5);
  receiver.turn();
  receiver.abandon();
  EXPECT_EQ(mbufs_in_use(), 0);
  const Ledger books = ledger();
  EXPECT_TRUE(balance(books).balanced());
  EXPECT_EQ(balance(books).dropped, 5u);
}

TEST_F(ReceiverTest, GoesByItsOwnPositionWhoeverComesOrGoes) {
  options_.clients = 2;
  options_.policy = Policy::kPort;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 10);
  settle(receiver);
  path_->work[0].get()->prod.tail = 1010;  // somebody writes over it
  open_gate(ClientSet::first(2));
  settle(receiver);
  EXPECT_EQ(path_->work[0].get()->prod.tail, 1010u) << "so far nobody has looked";
  arrive(0, 10);
  settle(receiver);
  std::vector<std::uint32_t> found = numbers(take(path_->work[0]));
  EXPECT_EQ(found.size(), 20u);
  EXPECT_TRUE(std::ranges::is_sorted(found));
}

TEST_F(ReceiverTest, WritesThePortOfArrivalIntoEachPacket) {
  options_.clients = 1;
  build();
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(1, 1);
  settle(receiver);
  EXPECT_EQ(take(path_->work[0]).at(0)->port, path_->ports[1].id());
}

}  // namespace
}  // namespace ringside::server
