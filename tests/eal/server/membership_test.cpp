// SPDX-License-Identifier: BSD-3-Clause
#include "server/membership.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <memory>

#include "core/slot_claim.hpp"
#include "dpdk/peer_process.hpp"
#include "dpdk/robust_futex.hpp"
#include "server/seams.hpp"

namespace ringside::server {
namespace {

using control::Refusal;
using shared::SlotState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// Processes that live until a test says otherwise.
class FakeWatch final : public ProcessWatch {
 public:
  bool watch(ClientId id, std::uint32_t pid, std::uint64_t) override {
    if (pid == no_such_pid) return false;
    pids[id.value] = pid;
    return true;
  }
  void forget(ClientId id) override {
    pids[id.value] = 0;
    gone.remove(id);
  }
  ClientSet ended() override { return gone; }
  bool runs(ClientId id) override { return !exiting.contains(id); }
  bool kill(ClientId id) override {
    ++kills[id.value];
    return true;
  }

  std::uint32_t no_such_pid = 0;
  std::array<std::uint32_t, kMaxClients> pids{};
  std::array<unsigned, kMaxClients> kills{};
  ClientSet gone;
  ClientSet exiting;
};

constexpr ClientId k0{0}, k1{1};

class MembershipTest : public ::testing::Test {
 protected:
  static constexpr auto kTimeout = 1000ms;

  MembershipTest() {
    info_->clients = 2;
    info_->server_lcores[0] = 1;  // lcore 0
    begin();
  }
  void begin(bool evict = false, std::chrono::nanoseconds timeout = kTimeout) {
    membership_ =
        std::make_unique<Membership>(*info_, log_, *journal_, watch_, Liveness{timeout, evict},
                                     Debts{[this](ClientId) { return settled_; },
                                           [this](ClientId id) { return deaths_[id.value]; },
                                           [this](ClientId id) {
                                             const Returns then = returns_[id.value];
                                             while_looking_();
                                             return then;
                                           }});
  }

  void begin_direct() {
    info_->tx_mode = static_cast<std::uint32_t>(shared::TxMode::kDirect);
    begin();
  }

  static control::JoinRequest request(std::uint32_t id, unsigned lcore, std::uint32_t pid) {
    control::JoinRequest request;
    request.id = id;
    request.pid = pid;
    request.start_time = 10 * pid;
    request.lcores = {std::uint64_t{1} << lcore, 0};
    return request;
  }
  std::optional<control::JoinReply> ask(std::uint32_t id, unsigned lcore, std::uint32_t pid,
                                        bool stopping = false) {
    return membership_->join(request(id, lcore, pid), stopping);
  }
  /// Asks for a slot that is to be had; the generation.
  std::uint32_t join(std::uint32_t id, unsigned lcore, std::uint32_t pid) {
    const auto reply = ask(id, lcore, pid);
    EXPECT_TRUE(reply);
    EXPECT_EQ(reply->refusal, Refusal::kNone) << reply->words.view();
    return reply->generation;
  }
  Refusal refusal(std::uint32_t id, unsigned lcore, std::uint32_t pid, bool stopping = false) {
    const auto reply = ask(id, lcore, pid, stopping);
    EXPECT_TRUE(reply);
    words_ = std::string(reply->words.view());
    EXPECT_EQ(reply->generation, 0u);
    return reply->refusal;
  }
  /// Looks at everybody for so long, in the steps of the control loop.
  void pass(std::chrono::milliseconds time) {
    for (auto step = 0ms; step < time; step += 10ms) membership_->poll(now_ += 10ms);
  }
  /// The same, while the worker turns so often between two looks.
  void pass_turning(std::uint8_t id, std::chrono::milliseconds time, int turns = 1) {
    for (auto step = 0ms; step < time; step += 10ms) {
      for (int i = 0; i < turns; ++i) turn_worker(id);
      pass(10ms);
    }
  }
  void look() { membership_->poll(now_ += 1ms); }
  /// This process plays the wire.
  ClaimWord wire_takes() {
    return take_claim(info_->wire.claim, dpdk::own_claim(), [](ClaimWord) { return true; });
  }
  void let_go(std::uint8_t id, std::uint32_t generation) {
    info_->client[id].counters.detached = generation;
  }
  void turn_worker(std::uint8_t id) { add(info_->client[id].counters.progress, 1); }
  /// All events so far in words: "join 0 of 101".
  std::vector<std::string> events() const {
    std::vector<std::string> words;
    for (std::uint64_t i = 0; i < journal_->events().total(); ++i) {
      const Event event = *journal_->events().at(i);
      words.push_back(
          fmt::format("{} {} of {}", to_text(event.kind), event.client.value, event.pid));
    }
    return words;
  }
  Event last_event() const { return *journal_->events().at(journal_->events().total() - 1); }
  SlotState state(std::uint8_t id) const {
    return static_cast<SlotState>(info_->client[id].verdict.state.load());
  }

  std::unique_ptr<shared::SharedInfo> info_ = std::make_unique<shared::SharedInfo>();
  dpdk::Log log_{"test"};
  std::unique_ptr<Journal> journal_ = std::make_unique<Journal>(log_, product_seams().keep_event);
  bool settled_ = false;
  std::array<DeathToll, kMaxClients> deaths_{};
  std::array<Returns, kMaxClients> returns_{};
  std::function<void()> while_looking_ = [] {};
  FakeWatch watch_;
  std::unique_ptr<Membership> membership_;
  Membership::Clock::time_point now_{1h};
  std::string words_;
};

TEST_F(MembershipTest, AdmitsAClientAndPublishesWhoItIs) {
  EXPECT_EQ(join(1, 5, 101), 1u);
  EXPECT_EQ(membership_->active(), ClientSet{k1});
  EXPECT_EQ(state(1), SlotState::kActive);
  EXPECT_EQ(info_->client[1].verdict.generation, 1u);
  EXPECT_EQ(info_->client[1].verdict.pid, 101u);
  EXPECT_EQ(info_->client[1].verdict.lcores[0], std::uint64_t{1} << 5);
  EXPECT_EQ(watch_.pids[1], 101u);
}

TEST_F(MembershipTest, GivesTheSameAnswerToTheSameProcess) {
  EXPECT_EQ(join(0, 5, 101), 1u);
  EXPECT_EQ(join(0, 5, 101), 1u);
  pass(2 * kTimeout);
  EXPECT_EQ(join(0, 5, 101), 1u) << "a suspect too";
}

TEST_F(MembershipTest, RefusesAnIdThatAnotherLivingProcessHolds) {
  join(0, 5, 101);
  EXPECT_EQ(refusal(0, 6, 102), Refusal::kIdTaken);
  EXPECT_THAT(words_, HasSubstr("client id 0 is taken by process 101"));
  auto later = request(0, 5, 101);
  ++later.start_time;
  EXPECT_EQ(membership_->join(later, false)->refusal, Refusal::kIdTaken)
      << "the same pid, but a later process";
  EXPECT_EQ(watch_.pids[0], 101u);
}

TEST_F(MembershipTest, RefusesAnLcoreOfTheServerOfAClientOrOfTheWire) {
  EXPECT_EQ(refusal(0, 0, 101), Refusal::kLcoreTaken);
  EXPECT_THAT(words_, HasSubstr("lcore id 0 is already used"));
  join(1, 5, 102);
  EXPECT_EQ(refusal(0, 5, 101), Refusal::kLcoreTaken);
  EXPECT_THAT(words_, HasSubstr("lcore id 5 is already used"));
  wire_takes();
  info_->wire.lcores[0] = 1u << 6;
  EXPECT_EQ(refusal(0, 6, 101), Refusal::kLcoreTaken);
  EXPECT_EQ(membership_->active(), ClientSet{k1});
  EXPECT_EQ(state(0), SlotState::kAbsent);
}

TEST_F(MembershipTest, RefusesEverybodyWhileTheServerStops) {
  EXPECT_EQ(refusal(0, 5, 101, /*stopping=*/true), Refusal::kStopping);
}

TEST_F(MembershipTest, RefusesAProcessThatItCannotSee) {
  watch_.no_such_pid = 101;
  EXPECT_EQ(refusal(0, 5, 101), Refusal::kNoSuchProcess);
  EXPECT_TRUE(membership_->active().empty());
}

TEST_F(MembershipTest, LetsAClientGoOnlyWhenNothingIsOwed) {
  const control::Leave leave{0, 101, join(0, 5, 101)};
  EXPECT_EQ(membership_->leave(leave), Refusal::kNone);
  EXPECT_TRUE(membership_->active().empty());
  look();
  EXPECT_EQ(state(0), SlotState::kLeaving);
  EXPECT_EQ(membership_->leave(leave), Refusal::kNone) << "it repeats itself";
  settled_ = true;
  look();
  EXPECT_EQ(state(0), SlotState::kReleased);
  EXPECT_EQ(membership_->leave(leave), Refusal::kNone) << "and once more, on its way";
  let_go(0, leave.generation);
  look();
  EXPECT_EQ(membership_->dead(), ClientSet{k0}) << "its rings are to be cleared";
  EXPECT_EQ(watch_.pids[0], 0u);
  look();
  EXPECT_EQ(state(0), SlotState::kAbsent);
}

TEST_F(MembershipTest, LetsTheNextClientOfASlotWaitUntilTheLastUsesNothingAnyMore) {
  membership_->leave({0, 101, join(0, 5, 101)});
  EXPECT_FALSE(ask(0, 6, 102)) << "no answer yet";
  EXPECT_FALSE(ask(1, 5, 103)) << "nor to one who wants the lcore of the leaving";
  settled_ = true;
  for (int i = 0; i < 10; ++i) look();
  EXPECT_EQ(state(0), SlotState::kReleased);
  EXPECT_FALSE(ask(0, 6, 102)) << "it may be at its rings still";
  let_go(0, 1);
  look();
  look();
  EXPECT_EQ(join(0, 6, 102), 2u);
  EXPECT_EQ(join(1, 5, 103), 1u);
}

TEST_F(MembershipTest, SeesADeathAndFreesTheSlotWhenAllIsRecovered) {
  join(0, 5, 101);
  watch_.gone.add(k0);
  look();
  EXPECT_EQ(membership_->dead(), ClientSet{k0});
  EXPECT_TRUE(membership_->active().empty());
  EXPECT_FALSE(ask(0, 5, 102));
  look();
  EXPECT_EQ(state(0), SlotState::kDead) << "packets are still owed";
  settled_ = true;
  look();
  EXPECT_TRUE(membership_->dead().empty());
  EXPECT_EQ(state(0), SlotState::kAbsent);
  EXPECT_EQ(join(0, 5, 102), 2u);
}

TEST_F(MembershipTest, AsksWhatADeadClientOwesOnlyAfterItsDeathWasTold) {
  settled_ = true;
  join(0, 5, 101);
  watch_.gone.add(k0);
  look();
  EXPECT_EQ(membership_->dead(), ClientSet{k0}) << "not cleared in the same look";
}

TEST_F(MembershipTest, AsksWhatALeavingClientOwesOnlyAfterItsLeaveWasTold) {
  settled_ = true;
  membership_->leave({0, 101, join(0, 5, 101)});
  EXPECT_EQ(state(0), SlotState::kLeaving);
}

TEST_F(MembershipTest, RefusesMessagesOfAnybodyButTheHolder) {
  const std::uint32_t generation = join(0, 5, 101);
  EXPECT_EQ(membership_->leave({0, 101, generation + 1}), Refusal::kOtherGeneration);
  EXPECT_EQ(membership_->leave({0, 102, generation}), Refusal::kOtherGeneration);
  EXPECT_EQ(membership_->leave({1, 101, generation}), Refusal::kOtherGeneration);
  EXPECT_EQ(membership_->heartbeat({0, 101, generation - 1, 5}), Refusal::kOtherGeneration);
  EXPECT_EQ(membership_->heartbeat({0, 102, generation, 5}), Refusal::kOtherGeneration);
  EXPECT_EQ(membership_->heartbeat({0, 101, generation, 5}), Refusal::kNone);
  EXPECT_EQ(membership_->active(), ClientSet{k0});
}

TEST_F(MembershipTest, SuspectsAClientThatDoesNotMoveAndTrustsItAgainWhenItDoes) {
  join(0, 5, 101);
  join(1, 6, 102);
  for (int i = 0; i < 150; ++i) {
    turn_worker(1);
    pass(10ms);
  }
  EXPECT_EQ(membership_->active(), ClientSet{k1});
  EXPECT_EQ(state(0), SlotState::kSuspect);
  EXPECT_EQ(membership_->suspected(), 1u);
  turn_worker(0);
  turn_worker(1);
  look();
  EXPECT_EQ(membership_->active(), (ClientSet{k0, k1}));
  EXPECT_EQ(state(0), SlotState::kActive);
  EXPECT_EQ(watch_.kills[0], 0u);
}

TEST_F(MembershipTest, SuspectsNobodyBeforeTheTimeIsOver) {
  join(0, 5, 101);
  pass(kTimeout - 50ms);
  EXPECT_EQ(state(0), SlotState::kActive);
  pass(100ms);
  EXPECT_EQ(state(0), SlotState::kSuspect);
}

TEST_F(MembershipTest, IsNotDeceivedByHeartbeatsOfAWorkerThatHangs) {
  const std::uint32_t generation = join(0, 5, 101);
  info_->client[0].counters.progress = 77;
  for (std::uint64_t turns = 0; turns < 15; ++turns) {
    membership_->heartbeat({0, 101, generation, turns});
    pass(100ms);
  }
  EXPECT_EQ(state(0), SlotState::kSuspect);
}

TEST_F(MembershipTest, EvictsAClientWhoseHeartbeatsTellOfTurnsThatItDidNotMake) {
  info_->client[0].counters.progress = ~std::uint64_t{0};  // the one before wrote over its slot
  const std::uint32_t generation = join(0, 5, 101);
  for (std::uint64_t turns = 0; turns < 20; ++turns) {
    membership_->heartbeat({0, 101, generation, turns});
    turn_worker(0);
    pass(100ms);
  }
  membership_->heartbeat({0, 101, generation, 20});
  EXPECT_EQ(watch_.kills[0], 0u);
  membership_->heartbeat({0, 101, generation, 21});
  EXPECT_EQ(watch_.kills[0], 1u);
  EXPECT_EQ(membership_->evicted(), 1u);
}

TEST_F(MembershipTest, DoesNotHoldItsOwnPauseAgainstTheClients) {
  join(0, 5, 101);
  look();
  membership_->poll(now_ += 1h);
  EXPECT_EQ(state(0), SlotState::kActive);
}

TEST_F(MembershipTest, GivesANewClientTheWholeTime) {
  settled_ = true;
  join(0, 5, 101);
  pass(kTimeout - 50ms);
  watch_.gone.add(k0);
  look();
  look();
  join(0, 5, 102);
  pass(kTimeout - 50ms);
  EXPECT_EQ(state(0), SlotState::kActive);
}

TEST_F(MembershipTest, LetsASuspectLeaveAndDieAsAnybody) {
  const std::uint32_t generation = join(0, 5, 101);
  join(1, 6, 102);
  pass(2 * kTimeout);
  EXPECT_EQ(state(0), SlotState::kSuspect);
  EXPECT_EQ(membership_->leave({0, 101, generation}), Refusal::kNone);
  EXPECT_EQ(state(0), SlotState::kLeaving);
  watch_.gone.add(k1);
  look();
  EXPECT_EQ(state(1), SlotState::kDead);
}

TEST_F(MembershipTest, EvictsAClientThatHangsWhileItLeaves) {
  begin(/*evict=*/true);
  membership_->leave({0, 101, join(0, 5, 101)});
  pass(kTimeout / 2);
  EXPECT_EQ(watch_.kills[0], 0u);
  pass(kTimeout);
  EXPECT_EQ(watch_.kills[0], 1u);
  settled_ = true;
  watch_.gone.add(k0);
  look();
  look();
  EXPECT_EQ(join(0, 5, 102), 2u);
}

TEST_F(MembershipTest, AClientThatDiesWhenItMayGoIsDeadLikeAnyOther) {
  settled_ = true;
  membership_->leave({0, 101, join(0, 5, 101)});
  look();
  EXPECT_EQ(state(0), SlotState::kReleased);
  watch_.gone.add(k0);
  look();
  look();
  EXPECT_THAT(events(), ElementsAre("join 0 of 101", "leave 0 of 101", "dead 0 of 101",
                                    "recovered 0 of 101"));
}

TEST_F(MembershipTest, EvictsAClientThatHangsOnce) {
  begin(/*evict=*/true);
  join(0, 5, 101);
  pass(2 * kTimeout);
  EXPECT_EQ(watch_.kills[0], 1u);
  turn_worker(0);
  pass(2 * kTimeout);
  EXPECT_EQ(watch_.kills[0], 1u) << "it cannot be killed twice";
  EXPECT_EQ(membership_->evicted(), 1u);
  watch_.gone.add(k0);
  look();
  EXPECT_EQ(state(0), SlotState::kDead);
  settled_ = true;
  look();
  join(0, 5, 102);
  pass(2 * kTimeout);
  EXPECT_EQ(watch_.kills[0], 2u) << "the next one is another";
}

TEST_F(MembershipTest, EvictsAClientThatReturnsWhatItWasNotGiven) {
  returns_[0].foreign = 3;  // by the one before
  join(0, 5, 101);
  join(1, 6, 102);
  look();
  EXPECT_EQ(watch_.kills[0], 0u);
  returns_[0].foreign = 4;
  look();
  look();
  EXPECT_EQ(watch_.kills[0], 1u);
  EXPECT_EQ(watch_.kills[1], 0u);
  EXPECT_EQ(membership_->evicted(), 1u);
}

TEST_F(MembershipTest, EvictsAClientThatKeepsAPacketBack) {
  join(0, 5, 101);
  returns_[0].has_some = true;
  returns_[0].keeps_back = true;
  for (int i = 0; i < 20; ++i) {
    ++returns_[0].settled;  // it was late, that is all
    pass_turning(0, kTimeout / 2);
  }
  EXPECT_EQ(watch_.kills[0], 0u);
  pass_turning(0, kTimeout + 20ms);
  EXPECT_EQ(watch_.kills[0], 1u);
}

TEST_F(MembershipTest, EvictsAClientThatTurnsAndReturnsNothing) {
  info_->client[1].counters.progress = ~std::uint64_t{0};  // of the one before
  join(0, 5, 101);
  join(1, 6, 102);
  for (Returns& returns : returns_) returns.has_some = true;
  const auto let_them_turn = [&](int turns_of_second) {
    for (int i = 0; i < turns_of_second; ++i) turn_worker(1);
    pass_turning(0, kTimeout);
  };
  for (int i = 0; i < 3; ++i) {
    ++returns_[0].settled;
    let_them_turn(3);  // the second one has a large burst in hand
  }
  EXPECT_EQ(membership_->evicted(), 0u);
  for (Returns& returns : returns_) returns.awaits_server = true;
  for (int i = 0; i < 3; ++i) let_them_turn(1);  // the port by which they leave is slow
  EXPECT_EQ(membership_->evicted(), 0u);
  for (Returns& returns : returns_) returns.awaits_server = false;
  for (int i = 0; i < 2; ++i) let_them_turn(3);
  EXPECT_EQ(watch_.kills[0], 1u);
  EXPECT_EQ(watch_.kills[1], 0u);
}

TEST_F(MembershipTest, EvictsAClientThatLeavesOnItsRingWhatItHasReturned) {
  join(0, 5, 101);
  for (int i = 0; i < 20; ++i) {
    returns_[0].hides = !returns_[0].hides;  // looked at while packets moved
    pass_turning(0, kTimeout / 2);
  }
  EXPECT_EQ(watch_.kills[0], 0u);
  returns_[0].hides = true;
  pass_turning(0, kTimeout + 20ms);
  EXPECT_EQ(watch_.kills[0], 1u);
}

TEST_F(MembershipTest, LetsAClientGoOnThatWasStoppedWithPackets) {
  join(0, 5, 101);
  pass_turning(0, 50ms);
  returns_[0] = {.has_some = true, .hides = true};
  pass(3 * kTimeout);
  EXPECT_EQ(state(0), SlotState::kSuspect);
  // It goes on and has long returned all when the server is through with a look.
  while_looking_ = [&] {
    for (int i = 0; i < 10'000; ++i) turn_worker(0);
    returns_[0] = {.has_some = true, .awaits_server = true};
  };
  look();
  while_looking_ = [] {};
  look();
  EXPECT_EQ(state(0), SlotState::kActive);
  pass_turning(0, 3 * kTimeout, 1000);  // the server's ports are slow
  ++returns_[0].settled;
  returns_[0].awaits_server = false;
  look();
  EXPECT_EQ(watch_.kills[0], 0u);
}

TEST_F(MembershipTest, NobodyIsEvictedWhoseReturnsWaitForTheServer) {
  begin(false, 10ms);
  join(0, 5, 101);
  returns_[0].has_some = true;
  pass_turning(0, 100ms);  // with one burst, which takes long
  returns_[0].awaits_server = true;
  pass_turning(0, 100ms, 1000);
  EXPECT_EQ(watch_.kills[0], 0u);
}

TEST_F(MembershipTest, OneLookIsNotEnoughToEvict) {
  begin(false, 10ms);
  join(0, 5, 101);
  const auto look_late = [&] {
    turn_worker(0);
    membership_->poll(now_ += 15ms);
  };
  look_late();
  for (int i = 0; i < 100; ++i) {
    returns_[0].hides = returns_[0].keeps_back = returns_[0].has_some = i % 4 != 3;
    if (i % 4 == 3) ++returns_[0].settled;
    look_late();
  }
  EXPECT_EQ(watch_.kills[0], 0u);
}

TEST_F(MembershipTest, SeesTheEndOfAWorkerBeforeThatOfItsProcess) {
  join(0, 5, 101);
  join(1, 6, 102);
  look();
  watch_.exiting.add(k0);
  info_->client[0].worker = FUTEX_OWNER_DIED;
  look();
  EXPECT_EQ(membership_->dead(), ClientSet{k0});
  EXPECT_EQ(watch_.kills[0], 1u) << "what else runs in it";
  settled_ = true;
  look();
  EXPECT_EQ(join(0, 5, 103), 2u);
  look();
  EXPECT_EQ(membership_->active(), (ClientSet{k0, k1})) << "the word was of the one before";
  EXPECT_EQ(membership_->evicted(), 0u);
}

TEST_F(MembershipTest, EvictsAClientThatSaysItsWorkerEndedWhileItRuns) {
  join(0, 5, 101);
  join(1, 6, 102);
  info_->client[0].worker = FUTEX_OWNER_DIED;
  look();
  look();
  EXPECT_TRUE(membership_->dead().empty());
  EXPECT_EQ(watch_.kills[0], 1u);
  EXPECT_EQ(membership_->evicted(), 1u);
  watch_.exiting.add(k0);
  look();
  EXPECT_EQ(membership_->dead(), ClientSet{k0});
}

TEST_F(MembershipTest, EvictsAClientThatWritesOverItsSlot) {
  begin_direct();
  join(0, 5, 101);
  join(1, 6, 102);
  returns_[0].handed = 100;
  info_->client[0].counters.handler_drop = 5;
  info_->client[0].counters.done = 5;
  look();
  std::memset(static_cast<void*>(&info_->client[0]), 0xff, sizeof(shared::ClientSlot));
  look();
  look();
  EXPECT_EQ(watch_.kills[0], 1u);
  EXPECT_EQ(watch_.kills[1], 0u);
  EXPECT_EQ(membership_->evicted(), 1u);
  watch_.gone.add(k0);
  look();
  EXPECT_EQ(membership_->distrusted(), ClientSet{k0});
  EXPECT_EQ(info_->client[0].counters.done, 5u) << "as it was before";
  EXPECT_EQ(info_->client[0].verdict.generation, 1u);
  EXPECT_EQ(info_->client[0].verdict.pid, 101u);
  EXPECT_EQ(info_->client[0].verdict.lcores[0], 1u << 5);
  settled_ = true;
  look();
  EXPECT_TRUE(membership_->distrusted().empty());
  EXPECT_EQ(join(0, 5, 103), 2u);
  look();
  EXPECT_EQ(watch_.kills[0], 1u) << "the slot is in order again";
  EXPECT_EQ(membership_->active(), (ClientSet{k0, k1}));
}

TEST_F(MembershipTest, EvictsAClientWhoseCountsCannotBe) {
  shared::ClientSlot& slot = info_->client[0];
  const auto write = [&](std::uint64_t done, std::uint64_t drop, std::uint64_t sent,
                         std::uint64_t refused) {
    slot.counters.done = done;
    slot.counters.handler_drop = drop;
    slot.sent_by_port[1] = sent;
    slot.tx_full_by_port[1] = refused;
  };
  begin_direct();
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  const struct {
    std::uint64_t done, drop, sent, refused;
    bool can_be;
  } cases[] = {{60, 20, 25, 15, true},    {60, 20, 30, 15, true},    {100, 25, 30, 45, true},
               {60, 20, 30, 51, false},   {61, 20, 25, 15, false},   {60, 19, 30, 15, false},
               {60, 20, kAll, 15, false}, {60, kAll, 25, 15, false}, {60, 20, 25, kAll, false},
               {59, 20, 25, 15, false}};
  std::uint32_t pid = 101;
  for (const auto& each : cases) {
    write(0, 0, 0, 0);
    join(0, 5, pid++);
    returns_[0].handed = 100;
    write(60, 20, 25, 15);
    look();
    const unsigned killed = watch_.kills[0];
    write(each.done, each.drop, each.sent, each.refused);
    look();
    EXPECT_EQ(watch_.kills[0] - killed, each.can_be ? 0u : 1u)
        << each.done << " " << each.drop << " " << each.sent << " " << each.refused;
    watch_.gone.add(k0);
    look();
    EXPECT_EQ(membership_->distrusted(), each.can_be ? ClientSet{} : ClientSet{k0});
    if (!each.can_be) {
      EXPECT_EQ(slot.counters.done, 60u);
      EXPECT_EQ(slot.sent_by_port[1], 25u);
    }
    settled_ = true;
    look();
    settled_ = false;
    watch_.gone.remove(k0);
  }
}

TEST_F(MembershipTest, HoldsTheEndUntilEveryProcessIsGone) {
  join(0, 5, 101);
  membership_->leave({1, 102, join(1, 6, 102)});
  const ClaimWord wire = wire_takes();
  EXPECT_EQ(membership_->held(), 3u);
  watch_.gone.add(k0);
  EXPECT_EQ(membership_->held(), 2u);
  watch_.gone.add(k1);
  give_back_claim(info_->wire.claim, wire);
  EXPECT_EQ(membership_->held(), 0u);
}

TEST_F(MembershipTest, AKilledWireHoldsNeitherTheEndNorItsLcores) {
  info_->wire.claim = ClaimWord{1, 0x7fffffff}.word();  // no process has such a number
  info_->wire.lcores[0] = 1u << 6;
  EXPECT_EQ(membership_->held(), 0u);
  EXPECT_EQ(join(0, 6, 101), 1u);
}

TEST_F(MembershipTest, NorDoesAnotherProcessThatItsPidHasComeToMean) {
  ClaimWord killed = dpdk::own_claim();  // this one runs, but began later
  --killed.start;
  info_->wire.claim = killed.word();
  info_->wire.lcores[0] = 1u << 6;
  EXPECT_EQ(membership_->held(), 0u);
  EXPECT_EQ(join(0, 6, 101), 1u);
}

TEST_F(MembershipTest, DoesNotHoldTheEndForAHolderThatHasLetGo) {
  settled_ = true;
  let_go(0, 1);
  EXPECT_EQ(join(0, 5, 101), 1u);
  EXPECT_EQ(membership_->held(), 0u);
  watch_.gone.add(k0);
  look();
  look();
  watch_.gone.remove(k0);
  EXPECT_EQ(join(0, 5, 102), 2u);
  EXPECT_EQ(membership_->held(), 1u) << "that was the one before";
}

TEST_F(MembershipTest, NotesWhoCameAndWent) {
  settled_ = true;
  join(0, 5, 101);
  membership_->leave({1, 102, join(1, 6, 102)});
  membership_->leave({1, 102, 1});
  look();
  let_go(1, 1);
  look();
  look();
  EXPECT_EQ(join(1, 6, 102), 2u);
  watch_.gone.add(k0);
  look();
  look();
  join(0, 5, 103);
  EXPECT_THAT(events(),
              ElementsAre("join 0 of 101", "join 1 of 102", "leave 1 of 102", "join 1 of 102",
                          "dead 0 of 101", "recovered 0 of 101", "rejoin 0 of 103"));
  EXPECT_EQ(last_event().generation, 2u);
}

TEST_F(MembershipTest, NotesThatTheSamePidOfAnotherTimeIsAnotherProcess) {
  settled_ = true;
  join(0, 5, 101);
  watch_.gone.add(k0);
  look();
  look();
  auto later = request(0, 5, 101);
  ++later.start_time;
  EXPECT_EQ(membership_->join(later, false)->refusal, Refusal::kNone);
  EXPECT_EQ(last_event().kind, EventKind::kRejoin);
}

TEST_F(MembershipTest, NotesWhoHungAndWhatWasDoneAboutIt) {
  begin(/*evict=*/true);
  join(0, 5, 101);
  pass(2 * kTimeout);
  turn_worker(0);
  look();
  EXPECT_THAT(events(), ElementsAre("join 0 of 101", "suspect 0 of 101", "evict 0 of 101",
                                    "resume 0 of 101"));
}

TEST_F(MembershipTest, NotesHowManyPacketsEachDeathLeft) {
  settled_ = true;
  const auto die = [this](std::uint32_t pid, std::uint64_t packets, std::uint64_t lost) {
    join(0, 5, pid);
    watch_.gone.add(k0);
    look();
    deaths_[0].recovered += packets;
    deaths_[0].lost += lost;
    look();
  };
  die(101, 7, 2);
  EXPECT_EQ(last_event().packets, 7u);
  EXPECT_EQ(last_event().lost, 2u);
  die(102, 0, 0);
  EXPECT_EQ(last_event().packets, 0u);
  die(103, 5, 1);
  EXPECT_EQ(last_event().kind, EventKind::kRecovered);
  EXPECT_EQ(last_event().packets, 5u);
  EXPECT_EQ(last_event().lost, 1u);
  EXPECT_EQ(last_event().generation, 3u);
}

TEST_F(MembershipTest, StampsEventsWithBothClocks) {
  join(0, 5, 101);
  join(1, 6, 102);
  const Event first = *journal_->events().at(0);
  const Event second = *journal_->events().at(1);
  EXPECT_GT(first.monotonic_ns, 0u);
  EXPECT_GE(second.monotonic_ns, first.monotonic_ns);
  EXPECT_GT(first.wall_ns, std::uint64_t{1'600'000'000} * 1'000'000'000);
}

TEST_F(MembershipTest, DoesNotCareWhatOthersWriteIntoTheSharedBlock) {
  join(0, 5, 101);
  info_->client[0].verdict.state = static_cast<std::uint32_t>(SlotState::kAbsent);
  info_->client[0].verdict.generation = 7;
  info_->client[0].verdict.pid = 0;
  EXPECT_EQ(refusal(0, 6, 102), Refusal::kIdTaken);
  EXPECT_EQ(membership_->active(), ClientSet{k0});
  EXPECT_EQ(membership_->held(), 1u);
}

}  // namespace
}  // namespace ringside::server
