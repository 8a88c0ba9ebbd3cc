// SPDX-License-Identifier: BSD-3-Clause
#include "harness/up/supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "tests/unit/harness/run/fakes.hpp"
#include "tests/unit/pcap/files.hpp"

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

/// One that writes down, and leaves when the test says so.
struct FakeListener final : Listener {
  void tell(const std::string& text) override { said += text; }
  bool has_left() override { return left; }
  std::string said;
  bool left = false;
};

/// A server and two clients, all fakes. What happens is a list of deeds by time.
class SupervisorTest : public ::testing::Test {
 protected:
  SupervisorTest() {
    clock_.on_sleep = [this] { act(); };
    launcher_.on_start = [this](test::FakeProcess& process, const ProcessSpec& spec) {
      process.on_signal = [this, &process, name = spec.name](int signal) {
        signals_.push_back(name + " " + signal_name(signal));
        if (signal != SIGINT || name == deaf_) return;
        if (name == "server" && ++asked_ < stubborn_) return;
        process.end = ProcessEnd{0, 0};
      };
    };
  }
  void at(Duration time, std::function<void()> deed) { deeds_.emplace(time, std::move(deed)); }
  void act() {
    while (!deeds_.empty() && TimePoint{} + deeds_.begin()->first <= clock_.now()) {
      const auto deed = deeds_.extract(deeds_.begin());
      deed.mapped()();
    }
  }
  void ends(Duration time, const std::string& name, ProcessEnd end) {
    at(time, [this, name, end] { launcher_.started[name]->end = end; });
  }
  ExitCode run() {
    SupervisorPlan plan;
    plan.services = {
        {"server", {"s"}}, {"client0", {"c", "0"}, true}, {"client1", {"c", "1"}, true}};
    plan.services.insert(plan.services.end(), more_.begin(), more_.end());
    plan.directory = directory_;
    plan.drain_timeout = drain_timeout_;
    supervisor_.emplace(world_, plan, listener_);
    EXPECT_TRUE(supervisor_->start().ok());
    return supervisor_->run([] {});
  }
  /// All signals but those that wake.
  std::vector<std::string> signals() const {
    std::vector<std::string> sent = signals_;
    std::erase_if(sent, [](const std::string& s) { return s.ends_with("SIGCONT"); });
    return sent;
  }
  std::vector<std::string> starts() const {
    std::vector<std::string> names;
    for (const auto& spec : launcher_.specs) names.push_back(spec.name);
    return names;
  }

  static constexpr Duration kSecond = std::chrono::seconds(1);
  test::FakeClock clock_;
  test::FakeLauncher launcher_;
  InterruptFlag interrupted_{0};
  World world_{clock_, launcher_, interrupted_, {}};
  std::multimap<Duration, std::function<void()>> deeds_;
  std::vector<std::string> signals_;
  std::string deaf_;
  Duration drain_timeout_ = std::chrono::seconds(5);
  int stubborn_ = 1;  ///< the SIGINT by which the server ends
  int asked_ = 0;
  std::vector<Service> more_;  ///< beside a server and two clients
  std::string directory_ = "/nowhere";
  FakeListener listener_;
  std::string& said_ = listener_.said;
  std::optional<Supervisor> supervisor_;
};

TEST_F(SupervisorTest, StartsTheServerFirstAndAnInterruptEndsItFirst) {
  at(kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kOk);
  EXPECT_THAT(starts(), ElementsAre("server", "client0", "client1"));
  EXPECT_THAT(signals(), ElementsAre("server SIGINT", "client0 SIGINT", "client1 SIGINT"));
  EXPECT_EQ(supervisor_->summary(), "restarts: client0 0, client1 0");
}

TEST_F(SupervisorTest, AKilledClientComesBackAtOnceWithTheSameCommand) {
  ends(kSecond, "client1", {-1, SIGKILL});
  at(2 * kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kOk);
  EXPECT_THAT(starts(), ElementsAre("server", "client0", "client1", "client1"));
  EXPECT_THAT(launcher_.specs.back().argv, ElementsAre("c", "1"));
  EXPECT_THAT(said_, HasSubstr("client1 crashed (SIGKILL) and is started again\n"));
  EXPECT_EQ(supervisor_->summary(), "restarts: client0 0, client1 1");
}

TEST_F(SupervisorTest, AClientThatCrashesAgainAndAgainIsStartedLessAndLessOften) {
  launcher_.on_start = [this](test::FakeProcess& process, const ProcessSpec& spec) {
    if (spec.name == "client0") process.end = ProcessEnd{5, 0};
  };
  at(10 * kSecond, [this] { ++interrupted_; });
  run();
  // 0, 0.1, 0.2, ... 3.2 s: seven pauses have passed after 6.3 s, the next one not after 10 s.
  EXPECT_EQ(supervisor_->summary(), "restarts: client0 7, client1 0");
  EXPECT_THAT(said_, HasSubstr("client0 crashed (exit 5) and is started again in 6.4 s"));
}

TEST_F(SupervisorTest, OfAClientThatCrashesAgainAndAgainTheFirstAndTheLastLogsAreKept) {
  const ringside::fixtures::ScratchDirectory scratch;
  directory_ = scratch.path("");
  launcher_.on_start = [this](test::FakeProcess& process, const ProcessSpec& spec) {
    const std::string words = std::to_string(launcher_.specs.size()) + "\n";
    std::ofstream(spec.stdout_file) << "out " << words;
    std::ofstream(spec.stderr_file) << "err " << words;
    if (spec.name == "client0") process.end = ProcessEnd{5, 0};
  };
  at(10 * kSecond, [this] { ++interrupted_; });
  run();
  ASSERT_EQ(supervisor_->summary(), "restarts: client0 7, client1 0");
  std::vector<std::string> logs;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    logs.push_back(entry.path().filename());
  }
  EXPECT_THAT(logs, UnorderedElementsAre("server-1.out", "server-1.err", "client1-1.out",
                                         "client1-1.err", "client0-1.out", "client0-1.err",
                                         "client0-6.out", "client0-6.err", "client0-7.out",
                                         "client0-7.err", "client0-8.out", "client0-8.err"));
  for (int start = 4; start <= 10; ++start) {
    EXPECT_THAT(said_, HasSubstr("client0 | out " + std::to_string(start) + "\n"))
        << "what is told does not depend on what is kept";
    EXPECT_THAT(said_, HasSubstr("client0 | err " + std::to_string(start) + "\n"));
  }
}

TEST_F(SupervisorTest, AClientThatLeavesInPeaceStaysAway) {
  ends(kSecond, "client0", {0, 0});
  at(20 * kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kOk);
  EXPECT_THAT(starts(), ElementsAre("server", "client0", "client1"));
  EXPECT_THAT(said_, HasSubstr("client0 has left and stays away"));
}

TEST_F(SupervisorTest, AWrongCommandLineEndsAllAndIsTheVerdict) {
  ends(kSecond, "client0", {2, 0});
  EXPECT_EQ(run(), ExitCode::kUsage);
  EXPECT_THAT(starts(), ElementsAre("server", "client0", "client1"));
}

TEST_F(SupervisorTest, TheEndOfTheServerEndsAllAndItsCodeIsTheVerdict) {
  ends(kSecond, "server", {5, 0});
  EXPECT_EQ(run(), ExitCode::kEnvironment);
  EXPECT_THAT(said_, HasSubstr("the server has ended (exit 5)"));
}

TEST_F(SupervisorTest, TheEndOfTheWireEndsAllSinceThereIsNoTrafficWithoutIt) {
  more_ = {{"wire", {"w"}, false, true}};
  ends(kSecond, "wire", {-1, SIGKILL});
  EXPECT_EQ(run(), ExitCode::kCheckFailed);
  EXPECT_THAT(said_, HasSubstr("the wire has ended (SIGKILL)"));
}

TEST_F(SupervisorTest, AWireThatLosesItsServerIsNotToBlame) {
  more_ = {{"wire", {"w"}, false, true}};
  ends(kSecond, "wire", {3, 0});
  ends(2 * kSecond, "server", {5, 0});
  EXPECT_EQ(run(), ExitCode::kEnvironment);
  EXPECT_THAT(said_, Not(HasSubstr("the wire has ended")));
}

TEST_F(SupervisorTest, AServerThatCrashesIsAFailure) {
  ends(kSecond, "server", {-1, SIGSEGV});
  EXPECT_EQ(run(), ExitCode::kCheckFailed);
}

TEST_F(SupervisorTest, TheNextInterruptIsPassedOnToAServerThatIsEnding) {
  stubborn_ = 2;
  at(kSecond, [this] { ++interrupted_; });
  at(3 * kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kOk);
  EXPECT_THAT(signals(),
              ElementsAre("server SIGINT", "server SIGINT", "client0 SIGINT", "client1 SIGINT"));
  EXPECT_LT(clock_.now() - TimePoint{}, 5 * kSecond);
}

TEST_F(SupervisorTest, InterruptsThatComeAtOnceReachTheServerOneAfterTheOther) {
  stubborn_ = 3;
  std::vector<TimePoint> heard;
  launcher_.on_start = [&, inner = launcher_.on_start](test::FakeProcess& process,
                                                       const ProcessSpec& spec) {
    inner(process, spec);
    if (spec.name != "server") return;
    process.on_signal = [&, note = process.on_signal](int signal) {
      if (signal == SIGINT) heard.push_back(clock_.now());
      note(signal);
    };
  };
  at(kSecond, [this] { ++interrupted_; });
  at(3 * kSecond, [this] { interrupted_ += 2; });
  EXPECT_EQ(run(), ExitCode::kOk);
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_GE(heard[1] - heard[0], std::chrono::milliseconds(10)) << "or the kernel makes one of two";
  EXPECT_GE(heard[2] - heard[1], std::chrono::milliseconds(10));
}

// As timeout(1) sends it: to the process, then to its group.
TEST_F(SupervisorTest, TheFirstInterruptMayComeTwice) {
  stubborn_ = 2;
  drain_timeout_ = 60 * kSecond;
  at(kSecond, [this] { interrupted_ += 2; });
  at(kSecond + std::chrono::milliseconds(5), [this] { ++interrupted_; });
  at(11 * kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kOk);
  EXPECT_GE(clock_.now() - TimePoint{}, 11 * kSecond) << "ended by what came together";
}

TEST_F(SupervisorTest, AServerThatDoesNotEndThoughItWasToldAgainIsNotWaitedForAsLong) {
  deaf_ = "server";
  drain_timeout_ = 3600 * kSecond;
  at(kSecond, [this] { ++interrupted_; });
  at(11 * kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kCheckFailed);
  EXPECT_THAT(said_, HasSubstr("server did not end within 25 s and was killed"));
}

TEST_F(SupervisorTest, TheFirstInterruptIsPassedOnWhenAllIsEndingAnyway) {
  stubborn_ = 2;
  ends(kSecond, "client0", {2, 0});
  at(3 * kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kUsage);
  EXPECT_THAT(signals(), ElementsAre("server SIGINT", "server SIGINT", "client1 SIGINT"));
}

TEST_F(SupervisorTest, WhenNobodyListensAnyMoreAllEndAsOnAnInterrupt) {
  at(kSecond, [this] { listener_.left = true; });
  at(60 * kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kOk);
  EXPECT_LT(clock_.now() - TimePoint{}, 5 * kSecond);
  EXPECT_THAT(signals(), ElementsAre("server SIGINT", "client0 SIGINT", "client1 SIGINT"));
}

TEST_F(SupervisorTest, AServerMayWaitForPacketsAsLongAsItWasTold) {
  deaf_ = "server";
  drain_timeout_ = 60 * kSecond;
  at(kSecond, [this] { ++interrupted_; });
  ends(61 * kSecond, "server", {0, 0});
  EXPECT_EQ(run(), ExitCode::kOk);
  EXPECT_THAT(signals(), ElementsAre("server SIGINT", "client0 SIGINT", "client1 SIGINT"));
  EXPECT_THAT(said_, HasSubstr("the server waits up to 60 s for packets"));
}

TEST_F(SupervisorTest, AServerThatDoesNotEndThoughItsTimeIsOverIsKilled) {
  deaf_ = "server";
  drain_timeout_ = 60 * kSecond;
  at(kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kCheckFailed);
  EXPECT_THAT(said_, HasSubstr("server did not end within 75 s and was killed"));
}

TEST_F(SupervisorTest, WhoDoesNotEndIsKilledAndThatIsAFailure) {
  deaf_ = "client0";
  at(kSecond, [this] { ++interrupted_; });
  EXPECT_EQ(run(), ExitCode::kCheckFailed);
  EXPECT_THAT(signals_, ::testing::Contains("client0 SIGKILL"));
}

}  // namespace
}  // namespace ringside::harness
