// SPDX-License-Identifier: BSD-3-Clause
// Direct mode: a client dies between any two steps of giving its packets away. The test plays the
// client up to there, and the control loop.
#include "server/last_run.hpp"

#include <gmock/gmock.h>

#include "dpdk/lanes.hpp"
#include "dpdk/ring_end.hpp"
#include "server/receiver.hpp"
#include "server_fixture.hpp"

namespace ringside::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ClientId kDead{0}, kOther{1};
constexpr unsigned kOut = 1;  // index of the output port

class LastRunTest : public ServerTest {
 protected:
  static void SetUpTestSuite() { dpdk::register_lanes(); }
  void SetUp() override {
    ServerTest::SetUp();
    options_.clients = 2;
    options_.policy = Policy::kPort;
    options_.tx = shared::TxMode::kDirect;
    options_.on_full = OnFull::kWait;
    lanes_ = 2 + options_.clients;
    build();
    path_->pools = {pool_->view()};
    receiver_ = std::make_unique<Receiver>(*path_, 0);
  }
  void TearDown() override { dpdk::use_lane(dpdk::kServerLane); }

  /// Port kOut is a wire, or of a driver that gives back what it sends, or keeps it.
  void wire_ports() {
    for (unsigned i = 0; i < 2; ++i) path_->tx_sides.push_back({{out_of_[i], {}}, false});
  }
  void driver_ports(bool gives_back_at_once) {
    path_->tx_sides.assign(2, {{}, gives_back_at_once});
  }

  /// Six packets with client kDead, which takes them all.
  std::vector<dpdk::Packet> six_in_its_hands() {
    open_gate(ClientSet{kDead});
    settle();
    arrive(0, 6);
    settle();
    return take(path_->work[kDead.value]);
  }
  void settle() {
    for (int i = 0; i < 3; ++i) receiver_->turn();
  }

  // The client's steps.
  shared::ClientSlot& slot() { return info_->client[kDead.value]; }
  void begin(unsigned packets, std::uint32_t port = kOut) {
    slot().run.packets = packets;
    slot().run.port = port;
    slot().run.freeing = port == shared::kNoPort ? 1 : 0;
    slot().run.given_back[0] = dpdk::given_back_so_far(lane());
    slot().run.start = slot().counters.done + 1;
  }
  void give_back(std::span<dpdk::Packet> packets, dpdk::LaneUse use = dpdk::LaneUse::kShown) {
    dpdk::use_lane(dpdk::client_lane(kDead), use);
    dpdk::free_packets(packets);
    dpdk::use_lane(dpdk::kServerLane);
  }
  dpdk::RingView lane() { return dpdk::lane_of(pool_->view().get(), dpdk::client_lane(kDead)); }

  void distrust() { path_->gate.distrusted = ClientSet{kDead}.bits(); }
  /// It dies; returns what the other client gets.
  std::vector<std::uint32_t> die() {
    ++path_->gate.deaths[kDead.value];
    path_->gate.dead = ClientSet{kDead}.bits();
    open_gate(ClientSet{kOther});
    settle();
    EXPECT_TRUE(path_->all_acknowledged());
    add(path_->lost_in_crash[kDead.value], path_->owed(kDead.value));  // as the control loop does
    auto packets = take(path_->work[kOther.value]);
    auto result = numbers(packets);
    dpdk::free_packets(packets);
    shared::ClientSlot& other = info_->client[kOther.value];
    add(other.counters.handler_drop, packets.size());
    add(other.counters.done, packets.size());
    return result;
  }
  std::uint64_t lost() { return read(path_->lost_in_crash[kDead.value]); }
  std::uint64_t sent() { return read(slot().sent_by_port[kOut]); }

  std::unique_ptr<Receiver> receiver_;
};

TEST_F(LastRunTest, WhatWasNotBegunGoesToAnother) {
  wire_ports();
  six_in_its_hands();
  EXPECT_THAT(die(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_EQ(path_->recovered(kDead.value), 6u);
  EXPECT_EQ(lost(), 0u);
  EXPECT_EQ(mbufs_in_use(), 0);
}

TEST_F(LastRunTest, WhatIsOnAWireHasLeftCountedOrNot) {
  wire_ports();
  auto packets = six_in_its_hands();
  begin(4);
  out_of_[kOut].enqueue(std::span(packets).first(4));
  EXPECT_THAT(die(), ElementsAre(4, 5));
  EXPECT_EQ(sent(), 4u);
  EXPECT_EQ(read(slot().counters.done), 4u);
  EXPECT_EQ(lost(), 0u);
  EXPECT_TRUE(balance(ledger()).balanced()) << to_text(ledger());
}

TEST_F(LastRunTest, WhatItGaveBackIsSeenAlsoWhenItOwedNothing) {
  driver_ports(true);
  auto packets = six_in_its_hands();
  begin(6);
  give_back(packets, dpdk::LaneUse::kCollected);
  add(slot().sent_by_port[kOut], 6);
  add(slot().counters.done, 6);
  EXPECT_EQ(mbufs_in_use(), 6) << "killed before it showed them";
  EXPECT_THAT(die(), IsEmpty());
  EXPECT_EQ(sent(), 6u);
  EXPECT_EQ(mbufs_in_use(), 0);
}

TEST_F(LastRunTest, OfADistrustedClientAWireTellsWhatHasLeft) {
  wire_ports();
  auto packets = six_in_its_hands();
  begin(4);
  out_of_[kOut].enqueue(std::span(packets).first(2));
  distrust();
  EXPECT_THAT(die(), ElementsAre(2, 3, 4, 5));
  EXPECT_EQ(sent(), 2u);
  EXPECT_EQ(read(slot().counters.done), 2u);
  EXPECT_EQ(path_->recovered(kDead.value), 4u);
  EXPECT_EQ(lost(), 0u);
}

TEST_F(LastRunTest, OfADistrustedClientIsLostWhatItGaveBackAndDidNotCount) {
  driver_ports(true);
  auto packets = six_in_its_hands();
  give_back(std::span(packets).first(1));
  add(slot().sent_by_port[kOut], 1);
  add(slot().counters.done, 1);
  give_back(std::span(packets).subspan(1, 3), dpdk::LaneUse::kCollected);
  distrust();
  EXPECT_THAT(die(), ElementsAre(4, 5));
  EXPECT_EQ(sent(), 1u);
  EXPECT_EQ(lost(), 3u);
  EXPECT_EQ(mbufs_in_use(), 0) << "what is lost is not leaked";
  EXPECT_TRUE(balance(ledger()).balanced()) << to_text(ledger());
}

TEST_F(LastRunTest, WhatOthersGaveAwayWhoHeldTheSlotCountsForNoneAfterThem) {
  driver_ports(true);
  auto earlier = six_in_its_hands();
  give_back(std::span(earlier).first(4));
  distrust();
  EXPECT_THAT(die(), ElementsAre(4, 5));
  path_->gate.dead = 0;
  path_->gate.distrusted = 0;
  auto packets = six_in_its_hands();
  give_back(std::span(packets).first(5));
  distrust();
  EXPECT_THAT(die(), ElementsAre(11));
  EXPECT_EQ(lost(), 4u + 5u);
  EXPECT_EQ(mbufs_in_use(), 0);
}

// What it did not give away in their order it may have kept, whichever it was.
TEST_F(LastRunTest, NobodyGetsWhatADistrustedClientHadThatDidNotKeepTheOrder) {
  driver_ports(true);
  auto packets = six_in_its_hands();
  give_back(std::span(packets).subspan(2, 2));
  distrust();
  EXPECT_THAT(die(), IsEmpty());
  EXPECT_EQ(lost(), 6u);
  EXPECT_EQ(mbufs_in_use(), 4) << "taken along";
}

TEST_F(LastRunTest, NobodyGetsWhatADistrustedClientHadThatCountedMore) {
  driver_ports(true);
  auto packets = six_in_its_hands();
  give_back(std::span(packets).first(1));
  add(slot().counters.handler_drop, 2);
  distrust();
  EXPECT_THAT(die(), IsEmpty());
  EXPECT_EQ(lost(), 4u);
  EXPECT_EQ(path_->owed(kDead.value), 0u);
}

TEST_F(LastRunTest, WhatADistrustedClientHadNotSentIsTakenOutOfItsCount) {
  wire_ports();
  auto packets = six_in_its_hands();
  out_of_[kOut].enqueue(std::span(packets).first(2));
  add(slot().sent_by_port[kOut], 3);
  distrust();
  EXPECT_THAT(die(), ElementsAre(2, 3, 4, 5));
  EXPECT_EQ(sent(), 2u);
  EXPECT_EQ(lost(), 0u);
}

TEST_F(LastRunTest, NobodyGetsWhatADistrustedClientHadThatGaveAwayMore) {
  driver_ports(true);
  auto packets = six_in_its_hands();
  give_back(packets);
  ::rte_ring& it = *lane().get();
  it.prod.head = it.prod.head + 1;
  distrust();
  EXPECT_THAT(die(), IsEmpty());
  EXPECT_EQ(lost(), 6u);
}

TEST_F(LastRunTest, NobodyGetsWhatADistrustedClientHadWhereADriverMayHaveIt) {
  driver_ports(false);
  six_in_its_hands();
  distrust();
  EXPECT_THAT(die(), IsEmpty());
  EXPECT_EQ(lost(), 6u);
  EXPECT_EQ(mbufs_in_use(), 6) << "taken along";
}

TEST_F(LastRunTest, WhatIsHalfwayOntoAWireHasNotLeft) {
  wire_ports();
  auto packets = six_in_its_hands();
  begin(4);
  out_of_[kOut].get()->prod.head = 4;
  EXPECT_THAT(die(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_EQ(sent(), 0u);
  // The next one to use the queue puts nothing else on it than its own.
  arrive(0, 1);
  settle();
  out_of_[kOut].enqueue(take(path_->work[kOther.value]));
  EXPECT_THAT(numbers(take(out_of_[kOut])), ElementsAre(6));
}

TEST_F(LastRunTest, ARunThatIsDoneWithIsNotLookedAtAgain) {
  wire_ports();
  auto packets = six_in_its_hands();
  begin(4);
  out_of_[kOut].enqueue(std::span(packets).first(4));
  slot().sent_by_port[kOut] = 4;
  slot().counters.done = 4;
  EXPECT_THAT(die(), ElementsAre(4, 5));
  EXPECT_EQ(sent(), 4u);
  EXPECT_EQ(lost(), 0u);
}

TEST_F(LastRunTest, WhatItHadBegunToDropIsDropped) {
  wire_ports();
  auto packets = six_in_its_hands();
  begin(4, shared::kNoPort);
  give_back(std::span(packets).first(2));
  // And the third halfway: in its place, which the head has not passed.
  dpdk::slots_of(*lane().get())[lane().get()->prod.head] = packets[2];
  EXPECT_THAT(die(), ElementsAre(4, 5));
  EXPECT_EQ(read(slot().counters.handler_drop), 4u);
  EXPECT_EQ(lost(), 0u);
  EXPECT_EQ(mbufs_in_use(), 0);
  // The next one to use the lane gives back nothing else than its own.
  arrive(0, 1);
  settle();
  auto next = take(path_->work[kOther.value]);
  give_back(next);
  EXPECT_EQ(mbufs_in_use(), 0);
}

TEST_F(LastRunTest, WhatTheDriverRefusedIsDropped) {
  driver_ports(true);
  auto packets = six_in_its_hands();
  begin(4);
  give_back(std::span(packets).first(3));  // by the driver, after sending
  slot().sent_by_port[kOut] = 3;
  slot().run.freeing = 1;
  EXPECT_THAT(die(), ElementsAre(4, 5));
  EXPECT_EQ(sent(), 3u);
  EXPECT_EQ(read(slot().tx_full_by_port[kOut]), 1u);
  EXPECT_EQ(mbufs_in_use(), 0);
}

TEST_F(LastRunTest, WhatADriverGaveBackHasLeftAndTheRestIsLost) {
  driver_ports(true);
  auto packets = six_in_its_hands();
  begin(4);
  give_back(std::span(packets).first(3));
  EXPECT_THAT(die(), ElementsAre(4, 5));
  EXPECT_EQ(sent(), 3u);
  EXPECT_EQ(lost(), 1u);
  EXPECT_EQ(mbufs_in_use(), 0) << "what is lost is not leaked";
  EXPECT_TRUE(balance(ledger()).balanced()) << to_text(ledger());
}

TEST_F(LastRunTest, WhatWasGivenBackAndNotShownHasLeftTooAndIsNotLeaked) {
  driver_ports(true);
  auto packets = six_in_its_hands();
  begin(4);
  give_back(std::span(packets).first(4), dpdk::LaneUse::kCollected);
  EXPECT_EQ(mbufs_in_use(), 6) << "nobody has been told";
  EXPECT_THAT(die(), ElementsAre(4, 5));
  EXPECT_EQ(sent(), 4u);
  EXPECT_EQ(lost(), 0u);
  EXPECT_EQ(mbufs_in_use(), 0);
}

TEST_F(LastRunTest, WhatADriverMayStillHaveIsLeftToIt) {
  driver_ports(false);
  six_in_its_hands();
  begin(4);
  EXPECT_THAT(die(), ElementsAre(4, 5));
  EXPECT_EQ(lost(), 4u);
  EXPECT_EQ(mbufs_in_use(), 4);
}

TEST_F(LastRunTest, OnceRecoveredNothingIsOwedAndNothingFoundAgain) {
  wire_ports();
  six_in_its_hands();
  die();
  EXPECT_EQ(path_->owed(kDead.value), 0u);
  EXPECT_THAT(die(), IsEmpty());
  EXPECT_EQ(path_->recovered(kDead.value), 6u);
}

/// With several receivers what a client had is looked for on its ring, where it stays until the
/// client has finished with it.
class LastRunOnRingTest : public LastRunTest {
 protected:
  void SetUp() override {
    rx_lcores_ = 2;
    LastRunTest::SetUp();
    wire_ports();
    open_gate(ClientSet{kDead});
    settle();
    arrive(1, 3);
    settle();
  }
  std::span<dpdk::Packet> on_ring() {
    return dpdk::slots_of(*path_->work[kDead.value].get()).first(3);
  }
};

TEST_F(LastRunOnRingTest, WhatAHandlerMayWriteToDecidesNothing) {
  for (const dpdk::Packet packet : on_ring()) {
    packet->hash.usr = 200;
    packet->port = 77;
  }
  const auto before = mbufs_in_use();
  ++path_->gate.deaths[kDead.value];
  path_->gate.dead = ClientSet{kDead}.bits();
  open_gate(ClientSet{kOther});
  settle();
  auto packets = take(path_->work[kOther.value]);
  EXPECT_THAT(numbers(packets), ElementsAre(0, 1, 2));
  for (const dpdk::Packet packet : packets) EXPECT_EQ(packet->port, path_->ports[1].id());
  EXPECT_EQ(mbufs_in_use(), before);
}

TEST_F(LastRunOnRingTest, APortThatThereIsNotMakesALostPacket) {
  path_->input_field->set(on_ring()[1], 200);
  EXPECT_THAT(die(), ElementsAre(0, 2));
  EXPECT_EQ(lost(), 1u);
}

TEST_F(LastRunOnRingTest, WhatADistrustedClientHasGivenAwayIsTakenOffItsRing) {
  out_of_[kOut].enqueue(on_ring().first(2));
  distrust();
  EXPECT_THAT(die(), ElementsAre(2));
  EXPECT_EQ(sent(), 2u);
  EXPECT_EQ(lost(), 0u);
}

TEST_F(LastRunOnRingTest, WhatADistrustedClientFinishedWithIsNotOnItsRing) {
  auto finished = take(path_->work[kDead.value], 1);
  out_of_[kOut].enqueue(finished);
  distrust();
  EXPECT_THAT(die(), ElementsAre(1, 2));
  EXPECT_EQ(sent(), 1u);
}

TEST_F(LastRunOnRingTest, WhatIsNoPacketOnADistrustedClientsRingIsNotRead) {
  on_ring()[1] = reinterpret_cast<dpdk::Packet>(std::uintptr_t{64});
  distrust();
  EXPECT_THAT(die(), ElementsAre(0, 2));
  EXPECT_EQ(lost(), 1u);
}

TEST_F(LastRunOnRingTest, AnMbufThatCannotBeIsNotRead) {
  on_ring()[0]->buf_addr = nullptr;
  on_ring()[1]->data_off = 4000;
  distrust();
  EXPECT_THAT(die(), ElementsAre(2));
  EXPECT_EQ(lost(), 2u);
}

TEST_F(LastRunOnRingTest, NothingIsTakenOffARingWhoseHeadCannotBe) {
  path_->work[kDead.value].get()->cons.tail = 77;
  distrust();
  EXPECT_THAT(die(), IsEmpty());
  EXPECT_EQ(lost(), 3u);
}

TEST_F(LastRunOnRingTest, WhatIsTwiceOnADistrustedClientsRingIsThereOnce) {
  on_ring()[2] = on_ring()[0];
  distrust();
  EXPECT_THAT(die(), ElementsAre(0, 1));
  EXPECT_EQ(lost(), 1u);
}

}  // namespace
}  // namespace ringside::server
