// SPDX-License-Identifier: BSD-3-Clause
#include "server/returner.hpp"

#include <gmock/gmock.h>

#include "server/receiver.hpp"
#include "server_fixture.hpp"

namespace ringside::server {
namespace {

class ReturnerTest : public ServerTest {
 protected:
  /// Receives `count` packets for client 0 and lets it hand them back for output port 1.
  void bring_back(unsigned count) {
    Receiver receiver(*path_, 0);
    open_gate(ClientSet::first(1));
    arrive(0, count);
    while (receiver.turn() > 0) {
    }
    work_off(0, 1);
  }
  void build_for_one_client() {
    options_.clients = 1;
    build();
  }
};

TEST_F(ReturnerTest, TransmitsFromThePortThatTheClientChose) {
  build_for_one_client();
  Returner returner(*path_);
  bring_back(5);
  while (returner.turn() > 0) {
  }
  EXPECT_EQ(out_of_[1].used(), 5u);
  EXPECT_EQ(out_of_[0].used(), 0u);
  const Ledger books = ledger();
  EXPECT_TRUE(balance(books).balanced());
  EXPECT_EQ(books.transmitted, 5u);
  EXPECT_EQ(books.in_flight, 0u);
}

TEST_F(ReturnerTest, ATurnTakesBackFromOneClientWhatTheReceiversTakeIn) {
  build_for_one_client();
  Returner returner(*path_);
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, options_.burst);
  arrive(1, options_.burst);
  receiver.turn();
  ASSERT_EQ(work_off(0, 1), 2 * options_.burst);
  EXPECT_EQ(returner.turn(), 2 * options_.burst);
}

TEST_F(ReturnerTest, DropsWhatTheHandlerMarkedAndWhatNamesNoPort) {
  build_for_one_client();
  Returner returner(*path_);
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 3);
  while (receiver.turn() > 0) {
  }
  auto packets = take(path_->work[0]);
  packets[0]->port = dpdk::kDropMark;
  packets[1]->port = kMaxPorts + 5;
  packets[2]->port = path_->ports[1].id();
  path_->back[0].enqueue(packets);
  returner.turn();
  EXPECT_EQ(read(path_->tx.handler_drop[0]), 2u);
  EXPECT_EQ(out_of_[1].used(), 1u);
  EXPECT_EQ(mbufs_in_use(), 1);
  EXPECT_TRUE(balance(ledger()).balanced());
}

TEST_F(ReturnerTest, CountsWhatAFullPortRefuses) {
  tx_ring_size_ = 4;  // holds 3
  build_for_one_client();
  Returner returner(*path_);
  bring_back(8);
  returner.turn();
  EXPECT_EQ(read(path_->tx.tx_full[1]), 5u);
  EXPECT_EQ(read(path_->tx.client_tx_full[0]), 5u);
  EXPECT_EQ(mbufs_in_use(), 3);
  EXPECT_TRUE(balance(ledger()).balanced());
}

TEST_F(ReturnerTest, WaitsForAFullPortAndKeepsTheOrder) {
  tx_ring_size_ = 4;
  options_.on_full = OnFull::kWait;
  build_for_one_client();
  Returner returner(*path_);
  bring_back(20);
  std::vector<std::uint32_t> seen;
  while (seen.size() < 20) {
    returner.turn();
    const auto packets = take(out_of_[1]);
    ASSERT_FALSE(packets.empty());
    for (const dpdk::Packet packet : packets) seen.push_back(number(packet));
    EXPECT_TRUE(balance(ledger()).balanced());
  }
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_EQ(seen[i], i);
  EXPECT_EQ(read(path_->tx.tx_full[1]), 0u);
}

TEST_F(ReturnerTest, KeepsTheOrderOfAPortThatFillsUpBetweenTwoRunsForIt) {
  tx_ring_size_ = 4;
  options_.on_full = OnFull::kWait;
  options_.burst = 32;
  build_for_one_client();
  Returner returner(*path_);
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 30);
  while (receiver.turn() > 0) {
  }
  auto packets = take(path_->work[0]);
  for (std::size_t i = 0; i < 30; ++i) packets[i]->port = path_->ports[i / 10 % 2].id();
  path_->back[0].enqueue(packets);
  std::vector<std::uint32_t> first_port;
  for (int turn = 0; turn < 20; ++turn) {
    returner.turn();
    for (const dpdk::Packet packet : take(out_of_[0])) first_port.push_back(number(packet));
    take(out_of_[1]);
    EXPECT_TRUE(balance(ledger()).balanced());
  }
  ASSERT_EQ(first_port.size(), 20u);
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_EQ(first_port[i], i < 10 ? i : i + 10);
}

TEST_F(ReturnerTest, LeavesOnTheReturnRingWhatAPortTakesItsTimeOver) {
  static dpdk::RingView back;
  static unsigned seen;
  seams_.transmit = [](std::uint16_t port, std::uint16_t queue, std::span<dpdk::Packet> packets) {
    seen = back.used();
    return product_seams().transmit(port, queue, packets);
  };
  build_for_one_client();
  back = path_->back[0];
  Returner returner(*path_);
  bring_back(5);
  returner.turn();
  EXPECT_EQ(seen, 5u) << "a client that waits for the server must be seen to do so";
  EXPECT_EQ(back.used(), 0u);
}

TEST_F(ReturnerTest, LooksForNothingMoreInTheBooksAfterManyPacketsThatWereNotOwed) {
  build_for_one_client();
  Returner returner(*path_);
  Receiver receiver(*path_, 0);
  open_gate(ClientSet::first(1));
  arrive(0, 3);
  while (receiver.turn() > 0) {
  }
  auto packets = take(path_->work[0]);
  ASSERT_EQ(packets.size(), 3u);
  dpdk::Packet foreign = ::rte_pktmbuf_alloc(pool_->view().get());
  const auto bring = [&](dpdk::Packet packet) {
    path_->back[0].enqueue({&packet, 1});
    returner.turn();
  };
  for (int i = 0; i < 63; ++i) bring(foreign);
  bring(packets[1]);
  EXPECT_EQ(read(path_->tx.out_of_order[0]), 1u);
  for (int i = 0; i < 10; ++i) bring(foreign);
  bring(packets[2]);
  EXPECT_EQ(read(path_->tx.not_owed[0]), 74u);
  EXPECT_EQ(path_->owed(0), 2u) << "to be recovered from there";
  EXPECT_TRUE(balance(ledger()).balanced());
  ::rte_pktmbuf_free(foreign);
}

TEST_F(ReturnerTest, CountsWhatItAbandonsAsRefused) {
  tx_ring_size_ = 4;
  options_.on_full = OnFull::kWait;
  build_for_one_client();
  Returner returner(*path_);
  bring_back(8);
  returner.turn();
  EXPECT_EQ(read(path_->tx.staged), 5u);
  returner.abandon();
  EXPECT_EQ(mbufs_in_use(), 3);
  EXPECT_TRUE(balance(ledger()).balanced());
}

}  // namespace
}  // namespace ringside::server
