// SPDX-License-Identifier: BSD-3-Clause
// What becomes of packets when clients die, leave and come back, without processes: the test plays
// the clients and the control loop.
#include <gmock/gmock.h>

#include <map>
#include <random>

#include "server/receiver.hpp"
#include "server/returner.hpp"
#include "server_fixture.hpp"

namespace ringside::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RecoveryTest : public ServerTest {
 protected:
  void build_with(unsigned clients, Policy policy = Policy::kFlowHash) {
    options_.clients = clients;
    options_.policy = policy;
    options_.on_full = OnFull::kWait;
    build();
    receiver_ = std::make_unique<Receiver>(*path_, 0);
    returner_ = std::make_unique<Returner>(*path_);
  }

  void settle() {
    for (int quiet = 0; quiet < 3;) {
      quiet = receiver_->turn() + returner_->turn() > 0 ? 0 : quiet + 1;
    }
  }

  void open(ClientSet active) {
    open_gate(active);
    settle();
    ASSERT_TRUE(path_->all_acknowledged());
  }

  /// As the control loop does when a client's process has ended, and again when all is recovered.
  void die(ClientSet left, ClientId dead) {
    ++path_->gate.deaths[dead.value];
    path_->gate.dead = ClientSet{dead}.bits();
    open_gate(left);
    settle();
    ASSERT_TRUE(path_->all_acknowledged());
    EXPECT_EQ(path_->owed(dead.value), 0u);
    path_->gate.dead = 0;
    path_->work[dead.value].reset();
    open_gate(left);
    settle();
  }

  std::vector<std::uint32_t> transmitted() { return numbers(take(out_of_[1])); }
  std::vector<std::uint32_t> on_ring(unsigned client) { return numbers(take(path_->work[client])); }

  std::unique_ptr<Receiver> receiver_;
  std::unique_ptr<Returner> returner_;
};

TEST_F(RecoveryTest, GivesWhatADeadClientHadToTheLivingOldestFirst) {
  build_with(2, Policy::kPort);
  open(ClientSet{ClientId{0}});
  arrive(0, 20);
  settle();
  const auto in_its_hands = take(path_->work[0], 5);
  die(ClientSet{ClientId{1}}, ClientId{0});
  arrive(0, 3);
  settle();
  EXPECT_EQ(in_its_hands.size(), 5u);
  EXPECT_EQ(work_off(1, 1), 23u);
  settle();
  const auto out = transmitted();
  ASSERT_EQ(out.size(), 23u);
  for (std::uint32_t i = 0; i < 23; ++i) EXPECT_EQ(out[i], i);
  EXPECT_EQ(path_->recovered(0), 20u);
  EXPECT_TRUE(balance(ledger()).balanced());
}

TEST_F(RecoveryTest, TransmitsWhatADeadClientHadReturnedOnceOnly) {
  build_with(2, Policy::kPort);
  open(ClientSet{ClientId{0}});
  arrive(0, 10);
  settle();
  work_off(0, 1, 4);  // on its return ring when it dies
  die(ClientSet{ClientId{1}}, ClientId{0});
  EXPECT_THAT(transmitted(), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(path_->recovered(0), 6u);
  work_off(1, 1);
  settle();
  EXPECT_THAT(transmitted(), ElementsAre(4, 5, 6, 7, 8, 9));
}

TEST_F(RecoveryTest, RestoresThePortThatADeadClientOverwrote) {
  build_with(2, Policy::kPort);
  open(ClientSet{ClientId{0}});
  arrive(0, 1);
  settle();
  take(path_->work[0]).at(0)->port = dpdk::kDropMark;
  die(ClientSet{ClientId{1}}, ClientId{0});
  EXPECT_EQ(take(path_->work[1]).at(0)->port, path_->ports[0].id());
}

TEST_F(RecoveryTest, MendsTheRingsOfAClientKilledInTheMiddleOfAnOperation) {
  build_with(2, Policy::kPort);
  open(ClientSet{ClientId{0}});
  arrive(0, 8);
  settle();
  ::rte_ring* const work = path_->work[0].get();
  ::rte_ring* const back = path_->back[0].get();
  work->cons.head = work->cons.head + 3;  // killed before it moved the tail
  back->prod.head = back->prod.head + 3;
  die(ClientSet{ClientId{1}}, ClientId{0});
  EXPECT_EQ(work->cons.head, work->cons.tail);
  EXPECT_EQ(back->prod.head, back->prod.tail);
  EXPECT_EQ(work_off(1, 1), 8u);
  settle();
  open(ClientSet{ClientId{0}});
  arrive(0, 2);
  settle();
  EXPECT_EQ(path_->work[0].used(), 2u);
}

TEST_F(RecoveryTest, KeepsPacketsWhileNobodyIsThere) {
  build_with(1, Policy::kPort);
  open(ClientSet{ClientId{0}});
  arrive(0, 6);
  settle();
  die(ClientSet{}, ClientId{0});
  arrive(0, 2);
  settle();
  EXPECT_EQ(into_[0].used(), 2u) << "nothing is received for nobody";
  EXPECT_EQ(ledger().in_flight, 6u);
  open(ClientSet{ClientId{0}});
  EXPECT_THAT(on_ring(0), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST_F(RecoveryTest, DropsAndCountsWhileNobodyIsThereWhenToldTo) {
  options_.on_no_client = OnNoClient::kDrop;
  build_with(1, Policy::kPort);
  open(ClientSet{ClientId{0}});
  arrive(0, 6);
  settle();
  die(ClientSet{}, ClientId{0});
  arrive(0, 2);
  settle();
  const Ledger books = ledger();
  EXPECT_EQ(books.in_flight, 0u);
  ASSERT_EQ(books.drops.size(), 1u);
  EXPECT_EQ(books.drops[0].reason, DropReason::kNoClient);
  EXPECT_EQ(books.drops[0].packets, 8u);
  EXPECT_EQ(mbufs_in_use(), 0);
}

TEST_F(RecoveryTest, AFlowThatMovesWaitsUntilItsOldOwnerHasReturnedWhatItHad) {
  build_with(2, Policy::kPort);
  open(ClientSet{ClientId{0}});
  arrive(1, 3);  // port 1 belongs to client 1 once it is there
  arrive(0, 1);
  settle();
  open(ClientSet::first(2));
  arrive(1, 2);
  arrive(0, 1);
  settle();
  EXPECT_THAT(on_ring(1), IsEmpty()) << "client 0 still has packets of that flow";
  EXPECT_EQ(path_->work[0].used(), 5u) << "other flows of client 0 go on";
  EXPECT_EQ(work_off(0, 1, 3), 3u);
  settle();
  EXPECT_THAT(on_ring(1), IsEmpty()) << "one of its packets is still away";
  EXPECT_EQ(work_off(0, 1, 1), 1u);
  settle();
  EXPECT_THAT(on_ring(1), ElementsAre(4, 5));
  EXPECT_TRUE(balance(ledger()).balanced());
}

/// More packets change hands than the hold has room for.
TEST_F(RecoveryTest, ARejoinSoonAfterADeathWithFullRingsLosesNothing) {
  build_with(2, Policy::kPort);
  const unsigned full = path_->work[0].capacity();
  open(ClientSet{ClientId{0}, ClientId{1}});
  arrive(0, full);
  settle();
  arrive(1, full);
  settle();
  die(ClientSet{ClientId{1}}, ClientId{0});
  EXPECT_EQ(work_off(1, 0, 10), 10u);
  settle();  // ten of the dead client's are with the other one, for the rest there is no room
  open(ClientSet{ClientId{0}, ClientId{1}});
  EXPECT_EQ(read(path_->rx[0].moving[0]), 0u);
  while (work_off(0, 1) + work_off(1, 1) > 0) settle();
  std::vector<std::uint32_t> of_the_dead;
  for (const std::uint32_t number : transmitted()) {
    if (number < full) of_the_dead.push_back(number);
  }
  EXPECT_EQ(of_the_dead.size(), full);
  EXPECT_TRUE(std::ranges::is_sorted(of_the_dead));
  EXPECT_EQ(path_->in_flight(), 0u);
  EXPECT_TRUE(balance(ledger()).balanced());
}

TEST_F(RecoveryTest, LeavesAForeignPacketAloneAndCountsIt) {
  build_with(1, Policy::kPort);
  open(ClientSet{ClientId{0}});
  arrive(0, 3);
  settle();
  auto packets = take(path_->work[0]);
  for (const dpdk::Packet packet : packets) packet->port = path_->ports[1].id();
  const std::vector<dpdk::Packet> wrong{packets[1], packets[0], packets[0], packets[2]};
  path_->back[0].enqueue(wrong);
  settle();
  EXPECT_EQ(read(path_->tx.not_owed[0]), 1u);
  EXPECT_EQ(read(path_->tx.out_of_order[0]), 1u);
  EXPECT_THAT(transmitted(), ElementsAre(1, 0, 2));
  EXPECT_TRUE(balance(ledger()).balanced());
}

/// Random deaths, departures and returns at random moments under load: every packet comes out once,
/// and each flow in order.
class ChurnTest : public RecoveryTest, public ::testing::WithParamInterface<unsigned> {
 protected:
  static constexpr unsigned kClients = 4;

  /// A packet of one of a few flows, its number in the flow in bytes 50-53.
  void arrive_of_flow(std::uint8_t flow) {
    dpdk::Packet packet = ::rte_pktmbuf_alloc(pool_->view().get());
    ASSERT_NE(packet, nullptr);
    auto* const bytes = reinterpret_cast<std::uint8_t*>(::rte_pktmbuf_append(packet, 64));
    std::fill(bytes, bytes + 64, std::uint8_t{0});
    bytes[11] = flow;  // source MAC: the Ethernet rule makes it a flow
    std::memcpy(bytes + 50, &sent_[flow], 4);
    ++sent_[flow];
    ASSERT_EQ(into_[0].enqueue({&packet, 1}), 1u);
  }
  void collect_output() {
    for (const dpdk::Packet packet : take(out_of_[1])) {
      const auto* const bytes = rte_pktmbuf_mtod(packet, const std::uint8_t*);
      std::uint32_t number = 0;
      std::memcpy(&number, bytes + 50, 4);
      ASSERT_EQ(number, seen_[bytes[11]]) << "flow " << int{bytes[11]};
      ++seen_[bytes[11]];
      ::rte_pktmbuf_free(packet);
    }
  }
  unsigned up_to(unsigned most) {
    return std::uniform_int_distribution<unsigned>(0, most)(random_);
  }
  /// The client takes some packets, returns some of what it holds: it can die with any of it.
  void work_a_little(unsigned client) {
    for (const dpdk::Packet packet : take(path_->work[client], up_to(9))) {
      packet->port = path_->ports[1].id();
      hands_[client].push_back(packet);
    }
    const std::size_t count = up_to(static_cast<unsigned>(hands_[client].size()));
    path_->back[client].enqueue({hands_[client].data(), count});
    hands_[client].erase(hands_[client].begin(),
                         hands_[client].begin() + static_cast<std::ptrdiff_t>(count));
  }
  void change_something(ClientSet& active) {
    const ClientId id{static_cast<std::uint8_t>(up_to(kClients - 1))};
    if (active.contains(id)) {
      active.remove(id);
      if (up_to(1) == 0) {
        hands_[id.value].clear();
        die(active, id);
      } else {
        open_gate(active);  // a suspect: no new packets, works on
      }
    } else {
      active.add(id);
      open_gate(active);
    }
  }

  std::mt19937 random_{GetParam()};
  std::map<std::uint8_t, std::uint32_t> sent_, seen_;
  std::vector<dpdk::Packet> hands_[kClients];
};

TEST_P(ChurnTest, LosesDuplicatesAndReordersNothing) {
  build_with(kClients);
  ClientSet active = ClientSet::first(kClients);
  open(active);
  for (int round = 0; round < 400; ++round) {
    for (unsigned i = up_to(12); i > 0 && into_[0].used() < 900; --i) {
      arrive_of_flow(static_cast<std::uint8_t>(up_to(20)));
    }
    receiver_->turn();
    for (unsigned client = 0; client < kClients; ++client) work_a_little(client);
    returner_->turn();
    collect_output();
    if (up_to(5) == 0) change_something(active);
    ASSERT_TRUE(balance(ledger()).balanced());
  }
  open_gate(ClientSet::first(kClients));
  for (int quiet = 0; quiet < 50; ++quiet) {
    settle();
    for (unsigned client = 0; client < kClients; ++client) {
      for (int i = 0; i < 30; ++i) work_a_little(client);
    }
    collect_output();
  }
  EXPECT_EQ(seen_, sent_);
  EXPECT_EQ(ledger().in_flight, 0u);
  EXPECT_EQ(mbufs_in_use(), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChurnTest, ::testing::Range(1u, 21u));

}  // namespace
}  // namespace ringside::server
