// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/cluster.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/harness/run/fakes.hpp"

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Programs that run and end as a test says, on a clock of its own.
class ClusterTest : public ::testing::Test {
 protected:
  ClusterTest() {
    char path[] = "/tmp/ringside_test_XXXXXX";
    directory_ = ::mkdtemp(path);
    scenario_.client_slots = 2;
    scenario_.clients.resize(2);
    scenario_.clients[1].id = 1;
    make_cluster();
  }
  ~ClusterTest() override {
    cluster_.reset();
    std::filesystem::remove_all(directory_);
  }
  /// Of plan_ as it is now.
  void make_cluster() {
    auto telemetry = std::make_unique<test::FakeTelemetry>();
    telemetry_ = telemetry.get();
    World world{clock_, launcher_, flag_, [&](const std::string&) -> std::unique_ptr<Telemetry> {
                  return std::move(telemetry);
                }};
    cluster_.reset();
    world_.emplace(world);
    cluster_.emplace(*world_, scenario_, plan_, Patience{}, directory_);
  }
  void server_answers() { telemetry_->replies["/mp/stats"] = R"({"state":"waiting"})"; }
  void clients_are_active() {
    telemetry_->replies["/mp/clients"] =
        R"({"0":{"state":"active","pid":7},"1":{"state":"active","pid":8}})";
  }
  void start_all() {
    server_answers();
    clients_are_active();
    ASSERT_TRUE(cluster_->start_server().ok());
    ASSERT_TRUE(cluster_->start_clients({0, 1}).ok());
  }
  /// The program ends with `end` as soon as it gets one of `signals`.
  void ends_on(const std::string& name, std::vector<int> signals, ProcessEnd end = {0, 0}) {
    test::FakeProcess* process = launcher_.started.at(name);
    process->on_signal = [=](int signal) {
      if (std::find(signals.begin(), signals.end(), signal) != signals.end()) process->end = end;
    };
  }

  std::string directory_;
  test::FakeClock clock_;
  test::FakeLauncher launcher_;
  InterruptFlag flag_{0};
  Scenario scenario_;
  LaunchPlan plan_{{"/bin/mp_server", "/bin/mp_client", "/bin/mp_wire", true},
                   {false, 256, "", ""},
                   CpuPlan({0, 1}, 1),
                   "rsAB",
                   {},
                   1522,
                   {}};
  test::FakeTelemetry* telemetry_ = nullptr;
  std::optional<World> world_;
  std::optional<Cluster> cluster_;
};

TEST_F(ClusterTest, WaitsUntilTheServerAnswers) {
  clock_.on_sleep = [&] {
    if (clock_.sleeps == 5) server_answers();
  };
  EXPECT_TRUE(cluster_->start_server().ok());
  EXPECT_GE(clock_.sleeps, 5);
}

TEST_F(ClusterTest, ProgramsRunInTheDirectoryOfTheRunWithDpdksFilesInIt) {
  start_all();
  for (const auto& spec : launcher_.specs) {
    EXPECT_EQ(spec.directory, directory_);
    EXPECT_THAT(spec.environment,
                ElementsAre(std::pair<std::string, std::string>("RUNTIME_DIRECTORY", directory_)));
  }
  EXPECT_EQ(cluster_->dpdk_directory(), directory_ + "/dpdk/rsAB");
}

TEST_F(ClusterTest, EachClientHasTheTimeOfAStart) {
  server_answers();
  ASSERT_TRUE(cluster_->start_server().ok());
  const auto begin = clock_.now();
  clock_.on_sleep = [&] {
    const auto state = [&](int seconds) {
      return clock_.now() - begin > std::chrono::seconds(seconds) ? "active" : "joining";
    };
    telemetry_->replies["/mp/clients"] = fmt::format(
        R"({{"0":{{"state":"{}","pid":7}},"1":{{"state":"{}","pid":8}}}})", state(25), state(50));
  };
  EXPECT_TRUE(cluster_->start_clients({0, 1}).ok());
  EXPECT_GT(clock_.now() - begin, std::chrono::seconds(50));
}

TEST_F(ClusterTest, AWrappedProgramHasTheTerminal) {
  plan_.wraps = {{"client1", {"gdb"}}};
  make_cluster();
  start_all();
  ASSERT_EQ(launcher_.specs.size(), 3u);
  for (const auto& spec : launcher_.specs) {
    EXPECT_EQ(spec.foreground, spec.name == "client1") << spec.name;
  }
}

TEST_F(ClusterTest, AServerThatEndsAtOnceIsAnErrorWithItsLastWordsAndItsCode) {
  launcher_.on_start = [&](test::FakeProcess& process, const ProcessSpec& spec) {
    std::ofstream(spec.stderr_file)
        << "EAL: noise\nmp_server: error: ring size 100 is no power of 2\n";
    process.end = ProcessEnd{2, 0};
  };
  const Status status = cluster_->start_server();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ExitCode::kUsage);
  EXPECT_EQ(status.error().message,
            "server ended before it was ready (exit 2): ring size 100 is no power of 2");
}

TEST_F(ClusterTest, AServerThatCrashesAtItsStartFails) {
  launcher_.on_start = [&](test::FakeProcess& process, const ProcessSpec&) {
    process.end = ProcessEnd{-1, SIGSEGV};
  };
  const Status status = cluster_->start_server();
  EXPECT_EQ(status.error().code, ExitCode::kCheckFailed);
  EXPECT_THAT(status.error().message, HasSubstr("SIGSEGV"));
}

TEST_F(ClusterTest, AMissingDriverIsAnErrorOfTheEnvironmentThatSaysWhatToInstall) {
  launcher_.on_start = [&](test::FakeProcess& process, const ProcessSpec& spec) {
    std::ofstream(spec.stderr_file)
        << "EAL: failed to parse device \"net_pcap0,rx_pcap=in0.pcap\"\n";
    process.end = ProcessEnd{5, 0};
  };
  const Status status = cluster_->start_server();
  EXPECT_EQ(status.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(status.error().message, HasSubstr("no driver for net_pcap0: install"));
}

TEST_F(ClusterTest, AServerThatNeverAnswersPassesTheDeadline) {
  const Status status = cluster_->start_server();
  EXPECT_EQ(status.error().code, ExitCode::kTimedOut);
  EXPECT_EQ(clock_.now().time_since_epoch(), Patience{}.start);
}

TEST_F(ClusterTest, AnInterruptEndsTheWaiting) {
  clock_.on_sleep = [&] { flag_ = SIGINT; };
  EXPECT_EQ(cluster_->start_server().error().code, ExitCode::kInterrupted);
}

TEST_F(ClusterTest, WaitsUntilAllClientsAreActive) {
  server_answers();
  ASSERT_TRUE(cluster_->start_server().ok());
  telemetry_->replies["/mp/clients"] =
      R"({"0":{"state":"active","pid":7},"1":{"state":"joining"}})";
  clock_.on_sleep = [&] {
    if (clock_.sleeps == 3) clients_are_active();
  };
  EXPECT_TRUE(cluster_->start_clients({0, 1}).ok());
  EXPECT_GE(clock_.sleeps, 3);
}

TEST_F(ClusterTest, AClientThatEndsInsteadOfJoiningIsAnError) {
  server_answers();
  ASSERT_TRUE(cluster_->start_server().ok());
  launcher_.on_start = [&](test::FakeProcess& process, const ProcessSpec& spec) {
    std::ofstream(spec.stderr_file) << "mp_client: error: client 1 is taken\n";
    process.end = ProcessEnd{5, 0};
  };
  const Status status = cluster_->start_clients({1});
  EXPECT_EQ(status.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(status.error().message, HasSubstr("client 1 is taken"));
}

TEST_F(ClusterTest, AProgramThatEndsWhileItShouldRunIsNoticed) {
  start_all();
  EXPECT_FALSE(cluster_->unexpected_end());
  launcher_.started.at("client1")->end = ProcessEnd{-1, SIGSEGV};
  EXPECT_EQ(cluster_->unexpected_end(), "client1 ended: SIGSEGV");
  cluster_->expect_end("client1", {-1, SIGSEGV});
  EXPECT_FALSE(cluster_->unexpected_end());
}

TEST_F(ClusterTest, StopsTheServerAndClientsFollowByThemselves) {
  start_all();
  test::FakeProcess* server = launcher_.started.at("server");
  server->on_signal = [&](int) {
    server->end = ProcessEnd{0, 0};
    launcher_.started.at("client0")->end = ProcessEnd{0, 0};
    launcher_.started.at("client1")->end = ProcessEnd{0, 0};
  };
  cluster_->stop_server_and_clients();
  EXPECT_THAT(server->signals, ElementsAre(SIGINT));
  EXPECT_TRUE(launcher_.started.at("client0")->signals.empty());
  for (const auto& end : cluster_->ends()) EXPECT_TRUE(end.as_expected) << end.name;
}

TEST_F(ClusterTest, AClientThatStaysWhenItsServerEndsIsEndedAndNotExpected) {
  start_all();
  ends_on("server", {SIGINT});
  launcher_.started.at("client0")->end = ProcessEnd{0, 0};
  cluster_->stop_server_and_clients();
  const auto ends = cluster_->ends();
  EXPECT_TRUE(ends[0].as_expected);
  EXPECT_TRUE(ends[1].as_expected);
  EXPECT_FALSE(ends[2].as_expected);
  EXPECT_EQ(ends[2].signal, SIGKILL);
}

TEST_F(ClusterTest, AServerThatHangsIsKilledAfterItsDeadline) {
  start_all();
  launcher_.started.at("client0")->end = launcher_.started.at("client1")->end = ProcessEnd{0, 0};
  cluster_->stop_server_and_clients();
  EXPECT_FALSE(cluster_->ends()[0].as_expected);
  EXPECT_GE(clock_.now().time_since_epoch(), Patience{}.stop);
}

TEST_F(ClusterTest, AnEndThatTheScenarioExpectsIsAsExpected) {
  start_all();
  cluster_->expect_end("client0", {-1, SIGKILL});
  launcher_.started.at("client0")->signal(SIGKILL);
  EXPECT_TRUE(cluster_->ends()[1].as_expected);
  cluster_->expect_end("client0", {0, 0});
  EXPECT_FALSE(cluster_->ends()[1].as_expected);
}

TEST_F(ClusterTest, LogsShowTheCommandTheEndAndTheLastLines) {
  start_all();
  std::ofstream(launcher_.specs[0].stderr_file) << "first\nlast\n";
  launcher_.started.at("server")->end = ProcessEnd{6, 0};
  const auto logs = cluster_->logs();
  EXPECT_THAT(logs[0].command, HasSubstr("/bin/mp_server --lcores"));
  EXPECT_EQ(logs[0].end, "exit 6");
  EXPECT_THAT(logs[0].tail, ElementsAre("first", "last"));
  EXPECT_EQ(logs[1].end, "still running");
}

/// Clients of which the first runs with --reconnect.
class ServerEndsTest : public ClusterTest {
 protected:
  ServerEndsTest() { scenario_.clients[0].extra = {"--reconnect"}; }
  void SetUp() override {
    start_all();
    say_who_is_active();
  }
  void say_who_is_active() {
    telemetry_->replies["/mp/clients"] =
        fmt::format(R"({{"0":{{"state":"active","pid":{}}},"1":{{"state":"active","pid":{}}}}})",
                    launcher_.started["client0"]->pid(), launcher_.started["client1"]->pid());
  }
};

TEST_F(ServerEndsTest, ThoseWhoReconnectStay) {
  EXPECT_EQ(cluster_->serving().size(), 2u);
  const auto staying = cluster_->staying();
  ASSERT_EQ(staying.size(), 1u);
  EXPECT_EQ(staying[0].client, 0u);
  EXPECT_EQ(staying[0].pid, launcher_.started["client0"]->pid());
}

TEST_F(ServerEndsTest, AKilledServerTakesTheOthersWithIt) {
  EXPECT_TRUE(cluster_->end_server(/*kill=*/true).ok());
  EXPECT_THAT(launcher_.started["server"]->signals, ElementsAre(SIGKILL));
  launcher_.started["client1"]->end = ProcessEnd{3, 0};
  EXPECT_EQ(cluster_->unexpected_end(), std::nullopt);
  EXPECT_TRUE(cluster_->ends()[0].as_expected) << "the server";
  EXPECT_TRUE(cluster_->ends()[2].as_expected) << "client1";
  launcher_.started["client0"]->end = ProcessEnd{3, 0};
  EXPECT_TRUE(cluster_->unexpected_end()) << "client0 should stay";
}

TEST_F(ServerEndsTest, AServerThatIsKilledForGoodIsFollowedByThoseWhoDoNotReconnect) {
  clock_.sleep(std::chrono::seconds(5));
  clock_.sleeps = 0;
  clock_.on_sleep = [&] {
    if (clock_.sleeps == 4) launcher_.started["client1"]->end = ProcessEnd{3, 0};
  };
  EXPECT_TRUE(cluster_->kill_server(SIGKILL).ok());
  EXPECT_EQ(clock_.sleeps, 4);
  EXPECT_FALSE(launcher_.started["client0"]->end) << "it reconnects";
  EXPECT_EQ(cluster_->unexpected_end(), std::nullopt);
  EXPECT_TRUE(cluster_->ends()[0].as_expected) << "the server";
  EXPECT_TRUE(cluster_->ends()[2].as_expected) << "client1";
  ASSERT_TRUE(cluster_->server_death());
  EXPECT_EQ(cluster_->server_death()->killed_ns, 5'000'000'000u);
  ASSERT_EQ(cluster_->server_death()->followers.size(), 1u);
  const Follower& follower = cluster_->server_death()->followers[0];
  EXPECT_EQ(follower.client, 1u);
  EXPECT_EQ(follower.pid, launcher_.started["client1"]->pid());
  EXPECT_EQ(follower.ended_ns, clock_.now().time_since_epoch().count());
}

TEST_F(ServerEndsTest, AClientThatLeavesADeadServerInPeaceIsNotAsExpected) {
  launcher_.started["server"]->on_signal = [&](int) {
    launcher_.started["client1"]->end = ProcessEnd{0, 0};
  };
  EXPECT_TRUE(cluster_->kill_server(SIGKILL).ok());
  EXPECT_FALSE(cluster_->ends()[2].as_expected);
  EXPECT_EQ(cluster_->ends()[2].expectation, "exit 3");
}

TEST_F(ServerEndsTest, HowClientsLeaveADeadServerIsTheScenariosToSay) {
  scenario_.exits["client1"] = {5, 0};
  cluster_->expect_end("client1", {5, 0});
  launcher_.started["server"]->on_signal = [&](int) {
    launcher_.started["client1"]->end = ProcessEnd{5, 0};
  };
  EXPECT_TRUE(cluster_->kill_server(SIGKILL).ok());
  EXPECT_TRUE(cluster_->ends()[2].as_expected);
}

TEST_F(ServerEndsTest, AClientThatStaysWithADeadServerIsWaitedForInVain) {
  const Status status = cluster_->kill_server(SIGKILL);
  EXPECT_EQ(status.error().code, ExitCode::kTimedOut);
  EXPECT_THAT(status.error().message, HasSubstr("the server and its clients have not all ended"));
  ASSERT_TRUE(cluster_->server_death());
  EXPECT_FALSE(cluster_->server_death()->followers.at(0).ended_ns);
}

TEST_F(ServerEndsTest, AClientThatIsStoppedNeedNotNoticeItsServersDeath) {
  launcher_.started["client1"]->signal(SIGSTOP);
  EXPECT_TRUE(cluster_->kill_server(SIGKILL).ok());
  EXPECT_TRUE(cluster_->server_death()->followers.empty());
}

TEST_F(ServerEndsTest, AServerThatASignalEndsInPeaceHasNotDied) {
  ends_on("server", {SIGTERM});
  clock_.on_sleep = [&] { launcher_.started["client1"]->end = ProcessEnd{0, 0}; };
  EXPECT_TRUE(cluster_->kill_server(SIGTERM).ok());
  EXPECT_FALSE(cluster_->server_death());
  for (const std::size_t each : {0, 2}) EXPECT_TRUE(cluster_->ends()[each].as_expected);
}

TEST_F(ServerEndsTest, AServerThatHasEndedCannotBeKilled) {
  launcher_.started["server"]->end = ProcessEnd{0, 0};
  EXPECT_EQ(cluster_->kill_server(SIGKILL).error().message, "server does not run");
}

TEST_F(ServerEndsTest, AServerThatIsStoppedEndsAsItLikes) {
  ends_on("server", {SIGINT});
  EXPECT_TRUE(cluster_->end_server(/*kill=*/false).ok());
  EXPECT_THAT(launcher_.started["server"]->signals, ElementsAre(SIGINT));
  EXPECT_TRUE(cluster_->ends()[0].as_expected);
}

TEST_F(ServerEndsTest, TheSameProcessesAreAwaitedAtTheNextServer) {
  const auto staying = cluster_->staying();
  telemetry_->replies["/mp/clients"] = R"({"0":{"state":"absent","pid":0}})";
  clock_.on_sleep = [&] {
    if (clock_.sleeps == 3)
      telemetry_->replies["/mp/clients"] = R"({"0":{"state":"active","pid":1}})";
    if (clock_.sleeps == 6) say_who_is_active();
  };
  clock_.sleeps = 0;
  EXPECT_TRUE(cluster_->await_clients(staying).ok());
  EXPECT_EQ(clock_.sleeps, 6);
}

TEST_F(ServerEndsTest, AtTheEndThoseWhoWouldWaitForTheNextServerAreAsked) {
  ends_on("server", {SIGINT});
  ends_on("client0", {SIGINT});
  launcher_.started["client1"]->end = ProcessEnd{0, 0};
  cluster_->stop_server_and_clients();
  for (const ProgramEnd& end : cluster_->ends()) EXPECT_TRUE(end.as_expected) << end.name;
}

TEST_F(ServerEndsTest, ABurialIsAwaitedUntilTheSlotIsAnothers) {
  cluster_->expect_end("client1", {-1, SIGKILL});
  cluster_->strike("client1", SIGKILL);
  clock_.sleeps = 0;
  clock_.on_sleep = [&] {
    if (clock_.sleeps == 4)
      telemetry_->replies["/mp/clients"] = R"({"1":{"state":"absent","pid":0}})";
  };
  EXPECT_TRUE(cluster_->await_burials().ok());
  EXPECT_EQ(clock_.sleeps, 4);
}

TEST_F(ServerEndsTest, WhoLivesMayHaveThePidOfOneWhoWasKilled) {
  cluster_->expect_end("client1", {-1, SIGKILL});
  cluster_->strike("client1", SIGKILL);
  launcher_.pid = launcher_.started["client1"]->pid();
  ASSERT_TRUE(cluster_->start_clients({1}).ok());
  EXPECT_TRUE(cluster_->await_burials().ok());
}

}  // namespace
}  // namespace ringside::harness
