// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/step_player.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FakeTraffic final : public Traffic {
 public:
  Result<std::vector<std::string>> prepare() override { return std::vector<std::string>{}; }
  Status open(Cluster&) override { return Done{}; }
  Status send(const Step& step) override {
    sends.push_back(step.text);
    return Done{};
  }
  std::uint64_t sending() override { return running; }
  std::uint64_t heartbeat() override { return alive ? ++beats_ : beats_; }
  std::uint64_t sent() override { return sent_count; }
  std::optional<Error> failure() override { return failed; }
  std::optional<std::uint64_t> captured() override { return captured_count; }
  void close(const std::vector<std::uint64_t>&) override {}
  void observe(Observation&) override {}

  std::vector<std::string> sends;
  std::uint64_t running = 0;
  bool alive = true;
  std::uint64_t sent_count = 0;
  std::optional<std::uint64_t> captured_count;
  std::optional<Error> failed;
};

class StepPlayerTest : public ::testing::Test {
 protected:
  StepPlayerTest() {
    scenario_.clients.resize(1);
    auto telemetry = std::make_unique<test::FakeTelemetry>();
    telemetry_ = telemetry.get();
    world_.emplace(World{
        clock_, launcher_, flag_,
        [&](const std::string&) -> std::unique_ptr<Telemetry> { return std::move(telemetry); }});
    cluster_.emplace(*world_, scenario_, plan_, patience_, "/nonexistent");
    stats(0, 0);
    telemetry_->replies["/mp/clients"] = R"({"0":{"state":"active","pid":7}})";
    EXPECT_TRUE(cluster_->start_server().ok());
    EXPECT_TRUE(cluster_->start_clients({0}).ok());
    clock_.sleeps = 0;
  }
  void stats(int received, int in_flight) {
    telemetry_->replies["/mp/stats"] = fmt::format(
        R"({{"received":{},"transmitted":0,"in_flight":{},"balanced":1}})", received, in_flight);
  }
  StepPlayer::Outcome play(const Step& step, Duration timeout = seconds(100)) {
    StepPlayer player(*world_, scenario_, patience_, *cluster_, traffic_,
                      Deadline(clock_, timeout));
    return player.play(step);
  }
  static Step conditional(Verb verb, const char* text) {
    Step step;
    step.verb = verb;
    step.condition = *Condition::parse(text);
    step.text = text;
    return step;
  }
  static Step targeted(Verb verb, const char* target) {
    Step step;
    step.verb = verb;
    step.target = *parse_target(target);
    return step;
  }
  test::FakeProcess& program(const char* name) { return *launcher_.started.at(name); }

  test::FakeClock clock_;
  test::FakeLauncher launcher_;
  InterruptFlag flag_{0};
  Scenario scenario_;
  Patience patience_;
  LaunchPlan plan_{{"/s", "/c", "/w", true}, {}, CpuPlan({0}, 1), "rsAB", {}, 1522, {}};
  test::FakeTelemetry* telemetry_ = nullptr;
  FakeTraffic traffic_;
  std::optional<World> world_;
  std::optional<Cluster> cluster_;
};

TEST_F(StepPlayerTest, AwaitEndsWhenItsConditionHolds) {
  clock_.on_sleep = [&] { stats(clock_.sleeps * 10, 0); };
  EXPECT_FALSE(play(conditional(Verb::kAwait, "received >= 50")).error);
  EXPECT_EQ(clock_.sleeps, 5);
}

TEST_F(StepPlayerTest, AwaitGoesOnAsLongAsThereIsProgress) {
  clock_.on_sleep = [&] {
    stats(static_cast<int>(clock_.now().time_since_epoch() / seconds(1)), 0);
  };
  EXPECT_FALSE(play(conditional(Verb::kAwait, "received >= 50")).error);
  EXPECT_GE(clock_.now().time_since_epoch(), seconds(50));
}

TEST_F(StepPlayerTest, AwaitWithoutProgressGivesUpAndSaysWhatItSaw) {
  stats(990, 0);
  traffic_.sent_count = 1000;
  const auto outcome = play(conditional(Verb::kAwait, "received == sent"));
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, ExitCode::kTimedOut);
  EXPECT_EQ(outcome.result.expected, "received == sent");
  EXPECT_EQ(outcome.result.observed, "received = 990, sent = 1000");
  EXPECT_LT(clock_.now().time_since_epoch(), patience_.stall + seconds(1));
}

TEST_F(StepPlayerTest, AwaitHasPatienceWithAPacedSendAsLongAsItsSenderLives) {
  Step send;
  send.verb = Verb::kSend;
  send.pace = {Pace::Kind::kRate, 0.01, 1};
  scenario_.steps = {send};
  traffic_.running = 1;
  EXPECT_TRUE(play(conditional(Verb::kAwait, "received == 1")).error);
  EXPECT_EQ(clock_.now().time_since_epoch(), seconds(100)) << "the deadline of the scenario";
  traffic_.alive = false;
  EXPECT_TRUE(play(conditional(Verb::kAwait, "received == 1")).error);
  EXPECT_LT(clock_.now().time_since_epoch(), seconds(100) + patience_.stall + seconds(1));
}

TEST_F(StepPlayerTest, AProgramThatIsStoppedIsNamedWhenWaitingEnds) {
  program("client0").stopped = true;
  const auto outcome = play(conditional(Verb::kAwait, "received == 1"));
  EXPECT_THAT(outcome.error->message, HasSubstr("; client0 is stopped"));
}

TEST_F(StepPlayerTest, AwaitHasADeadlineOfItsOwnIfGiven) {
  Step step = conditional(Verb::kAwait, "received == 1");
  step.within = 2;
  EXPECT_EQ(play(step).error->code, ExitCode::kTimedOut);
  EXPECT_LT(clock_.now().time_since_epoch(), seconds(3));
}

TEST_F(StepPlayerTest, TheDeadlineOfTheScenarioEndsAnAwaitThatMakesProgress) {
  clock_.on_sleep = [&] { stats(clock_.sleeps, 0); };
  const auto outcome = play(conditional(Verb::kAwait, "received == 0 and sent == 1"), seconds(3));
  EXPECT_EQ(outcome.error->code, ExitCode::kTimedOut);
  EXPECT_EQ(clock_.now().time_since_epoch(), seconds(3));
}

TEST_F(StepPlayerTest, AProgramThatEndsIsTheEndOfAnAwait) {
  clock_.on_sleep = [&] { program("client0").end = ProcessEnd{-1, SIGSEGV}; };
  const auto outcome = play(conditional(Verb::kAwait, "received == 1"));
  EXPECT_EQ(outcome.error->code, ExitCode::kCheckFailed);
  EXPECT_EQ(outcome.error->message, "client0 ended: SIGSEGV");
}

TEST_F(StepPlayerTest, AnInterruptIsTheEndOfAnAwait) {
  clock_.on_sleep = [&] { flag_ = SIGINT; };
  EXPECT_EQ(play(conditional(Verb::kAwait, "received == 1")).error->code, ExitCode::kInterrupted);
}

TEST_F(StepPlayerTest, CheckDoesNotWait) {
  const auto outcome = play(conditional(Verb::kCheck, "received == 1"));
  EXPECT_EQ(outcome.error->code, ExitCode::kCheckFailed);
  EXPECT_EQ(outcome.result.observed, "received = 0");
  EXPECT_EQ(clock_.sleeps, 0);
  stats(1, 0);
  EXPECT_FALSE(play(conditional(Verb::kCheck, "received == 1")).error);
}

TEST_F(StepPlayerTest, QuietIncludesWhatWasTransmittedAndNotCapturedYet) {
  telemetry_->replies["/mp/stats"] = R"({"received":5,"transmitted":5,"in_flight":0,"balanced":1})";
  traffic_.sent_count = 5;
  traffic_.captured_count = 4;
  EXPECT_TRUE(play(conditional(Verb::kCheck, kQuiet)).error);
  traffic_.captured_count = 5;
  EXPECT_FALSE(play(conditional(Verb::kCheck, kQuiet)).error);
  traffic_.captured_count.reset();
  EXPECT_FALSE(play(conditional(Verb::kCheck, kQuiet)).error);
}

TEST_F(StepPlayerTest, SendWaitsForItsEndUnlessInTheBackground) {
  traffic_.running = 1;
  clock_.on_sleep = [&] {
    if (clock_.sleeps == 3) traffic_.running = 0;
  };
  Step step;
  step.verb = Verb::kSend;
  step.background = true;
  EXPECT_FALSE(play(step).error);
  EXPECT_EQ(clock_.sleeps, 0);
  step.background = false;
  EXPECT_FALSE(play(step).error);
  EXPECT_EQ(clock_.sleeps, 3);
}

TEST_F(StepPlayerTest, ASendThatFailsIsAnError) {
  traffic_.failed = Error{"mp_wire: no such file"};
  Step step;
  step.verb = Verb::kSend;
  EXPECT_EQ(play(step).error->message, "mp_wire: no such file");
}

TEST_F(StepPlayerTest, PauseWaitsUntilTheProgramIsStopped) {
  EXPECT_FALSE(play(targeted(Verb::kPause, "client0")).error);
  EXPECT_TRUE(program("client0").stopped);
  EXPECT_FALSE(play(targeted(Verb::kResume, "client0")).error);
  EXPECT_THAT(program("client0").signals, ElementsAre(SIGSTOP, SIGCONT));
}

TEST_F(StepPlayerTest, AProgramThatWasKilledIsExpectedToHaveEndedThatWay) {
  Step step = targeted(Verb::kKill, "client0");
  step.signal = SIGKILL;
  EXPECT_FALSE(play(step).error);
  EXPECT_FALSE(cluster_->unexpected_end());
  EXPECT_TRUE(cluster_->ends()[1].as_expected);
}

TEST_F(StepPlayerTest, AClientThatIsAskedToEndIsExpectedToEndInPeace) {
  program("client0").on_signal = [&](int) { program("client0").end = ProcessEnd{0, 0}; };
  Step step = targeted(Verb::kKill, "client0");
  step.signal = SIGTERM;
  EXPECT_FALSE(play(step).error);
  EXPECT_TRUE(cluster_->ends()[1].as_expected);
}

class StepPlayerEviction : public StepPlayerTest {
 protected:
  /// Waits until client0's slot is free; the server kills it meanwhile, by `signal`.
  StepPlayer::Outcome play_eviction(int signal) {
    Step step = conditional(Verb::kAwait, "client0.state == 'absent'");
    step.target = *parse_target("client0");
    step.may_be_evicted = true;
    clock_.on_sleep = [this, signal] {
      if (clock_.sleeps == 3) program("client0").end = ProcessEnd{-1, signal};
      if (clock_.sleeps == 5) {
        telemetry_->replies["/mp/clients"] = R"({"0":{"state":"absent","pid":0}})";
      }
    };
    return play(step);
  }
};

TEST_F(StepPlayerEviction, IsWaitedForAndExpected) {
  EXPECT_FALSE(play_eviction(SIGKILL).error);
  EXPECT_TRUE(cluster_->ends()[1].as_expected);
  clock_.on_sleep = [this] {
    telemetry_->replies["/mp/clients"] = R"({"0":{"state":"active","pid":7}})";
  };
  EXPECT_FALSE(play(targeted(Verb::kStart, "client0")).error);
  program("client0").end = ProcessEnd{-1, SIGKILL};
  EXPECT_TRUE(cluster_->unexpected_end()) << "of the next one nobody said so";
}

TEST_F(StepPlayerEviction, TheNextOneStartsWhenTheKilledOneIsGone) {
  Step step = conditional(Verb::kAwait, "client0.state == 'active'");
  step.target = *parse_target("client0");
  step.may_be_evicted = true;
  EXPECT_FALSE(play(step).error);
  clock_.on_sleep = [this] {
    if (clock_.sleeps == 3) program("client0").end = ProcessEnd{-1, SIGKILL};
  };
  EXPECT_FALSE(play(targeted(Verb::kStart, "client0")).error);
  EXPECT_EQ(clock_.sleeps, 3);
}

TEST_F(StepPlayerEviction, IsNothingThatAClientDoesToItself) {
  EXPECT_THAT(play_eviction(SIGSEGV).error->message, HasSubstr("client0 ended"));
}

TEST_F(StepPlayerTest, AKillMayWaitUntilSoManyPacketsAreReceived) {
  Step step = targeted(Verb::kKill, "client0");
  step.signal = SIGKILL;
  step.after_packets = 50;
  clock_.on_sleep = [&] {
    EXPECT_TRUE(program("client0").signals.empty());
    stats(clock_.sleeps * 10, 0);
  };
  EXPECT_FALSE(play(step).error);
  EXPECT_EQ(clock_.sleeps, 5);
  EXPECT_THAT(program("client0").signals, ElementsAre(SIGKILL));
}

TEST_F(StepPlayerTest, AKilledServerIsFollowedByItsClients) {
  Step step = targeted(Verb::kKill, "server");
  step.signal = SIGKILL;
  step.after_packets = 50;
  clock_.on_sleep = [&] {
    stats(clock_.sleeps * 10, 0);
    if (clock_.sleeps == 9) program("client0").end = ProcessEnd{3, 0};
  };
  EXPECT_FALSE(play(step).error);
  EXPECT_EQ(clock_.sleeps, 9);
  EXPECT_TRUE(cluster_->server_death());
  EXPECT_FALSE(cluster_->unexpected_end());
  for (const ProgramEnd& end : cluster_->ends()) EXPECT_TRUE(end.as_expected) << end.name;
}

TEST_F(StepPlayerTest, AKillThatWaitsForPacketsInVainSaysWhatItSaw) {
  Step step = targeted(Verb::kKill, "client0");
  step.after_packets = 50;
  const auto outcome = play(step);
  EXPECT_EQ(outcome.error->code, ExitCode::kTimedOut);
  EXPECT_EQ(outcome.result.expected, "received >= 50");
  EXPECT_TRUE(program("client0").signals.empty());
}

TEST_F(StepPlayerTest, AKillMayWaitForATime) {
  Step step = targeted(Verb::kKill, "client0");
  step.signal = SIGKILL;
  step.after_s = 0.5;
  EXPECT_FALSE(play(step).error);
  EXPECT_GE(clock_.now().time_since_epoch(), std::chrono::milliseconds(500));
  EXPECT_LT(clock_.now().time_since_epoch(), std::chrono::milliseconds(600));
}

TEST_F(StepPlayerTest, SignalsToClientsAreNotedWithTheirTime) {
  clock_.sleep(seconds(5));
  EXPECT_FALSE(play(targeted(Verb::kPause, "client0")).error);
  EXPECT_FALSE(play(targeted(Verb::kPause, "server")).error);
  ASSERT_EQ(cluster_->strikes().size(), 1u) << "of clients only";
  const Strike& strike = cluster_->strikes()[0];
  EXPECT_EQ(strike.client, 0u);
  EXPECT_EQ(strike.pid, program("client0").pid());
  EXPECT_EQ(strike.signal, SIGSTOP);
  EXPECT_GE(strike.monotonic_ns, 5'000'000'000u);
}

TEST_F(StepPlayerTest, ThatAClientIsAskedToEndIsNotedWithItsTime) {
  clock_.sleep(seconds(5));
  program("client0").on_signal = [&](int) { program("client0").end = ProcessEnd{0, 0}; };
  EXPECT_FALSE(play(targeted(Verb::kStop, "client0")).error);
  EXPECT_FALSE(play(targeted(Verb::kStop, "client0")).error) << "it has ended";
  ASSERT_EQ(cluster_->strikes().size(), 1u);
  EXPECT_EQ(cluster_->strikes()[0].signal, SIGINT);
  EXPECT_EQ(cluster_->strikes()[0].pid, program("client0").pid());
  EXPECT_EQ(cluster_->strikes()[0].monotonic_ns, 5'000'000'000u);
}

TEST_F(StepPlayerTest, AProgramThatDoesNotRunCannotBePaused) {
  program("client0").end = ProcessEnd{0, 0};
  EXPECT_THAT(play(targeted(Verb::kPause, "client0")).error->message, HasSubstr("does not run"));
}

TEST_F(StepPlayerTest, ChurnKillsAsOftenAsToldAndStartsEachAgainWhenItsSlotIsFree) {
  const auto slot = [&](const char* state, int pid) {
    telemetry_->replies["/mp/clients"] =
        fmt::format(R"({{"0":{{"state":"{}","pid":{}}}}})", state, pid);
  };
  int kills = 0;
  int slow_looks = 0;
  const auto watch = [&](test::FakeProcess& process) {
    process.on_signal = [&](int signal) {
      kills += signal == SIGKILL;
      slot("dead", 0);
      slow_looks = 2;
    };
  };
  slot("active", program("client0").pid());
  watch(program("client0"));
  clock_.on_sleep = [&] {
    if (slow_looks > 0 && --slow_looks == 0) slot("absent", 0);
  };
  launcher_.on_start = [&](test::FakeProcess& process, const ProcessSpec&) {
    EXPECT_EQ(slow_looks, 0) << "started before its slot was free";
    slot("active", process.pid());
    watch(process);
  };
  Step step;
  step.verb = Verb::kChurn;
  step.kills = 5;
  EXPECT_FALSE(play(step).error);
  EXPECT_EQ(kills, 5);
  EXPECT_EQ(cluster_->unexpected_end(), std::nullopt);
}

TEST_F(StepPlayerTest, CrashStartsAClientAndWaitsUntilItHasKilledItself) {
  program("client0").signal(SIGKILL);
  cluster_->expect_end("client0", {-1, SIGKILL});
  clock_.on_sleep = [&] {
    if (clock_.sleeps == 3) program("client0").end = ProcessEnd{-1, SIGKILL};
  };
  EXPECT_FALSE(play(targeted(Verb::kCrash, "client0")).error);
  EXPECT_EQ(clock_.sleeps, 3);
  EXPECT_EQ(cluster_->unexpected_end(), std::nullopt);
  EXPECT_TRUE(cluster_->ends().back().as_expected);
}

TEST_F(StepPlayerTest, NobodyIsStartedInThePlaceOfAClientThatIsThere) {
  const auto result = play(targeted(Verb::kCrash, "client0"));
  ASSERT_TRUE(result.error);
  EXPECT_THAT(result.error->message, HasSubstr("client0 is still there (pid "));
}

TEST_F(StepPlayerTest, AClientThatEndsOtherwiseThanByACrashIsNotAsExpected) {
  program("client0").signal(SIGKILL);
  cluster_->expect_end("client0", {-1, SIGKILL});
  clock_.on_sleep = [&] { program("client0").end = ProcessEnd{2, 0}; };
  EXPECT_FALSE(play(targeted(Verb::kCrash, "client0")).error);
  EXPECT_FALSE(cluster_->ends().back().as_expected);
}

}  // namespace
}  // namespace ringside::harness
