// SPDX-License-Identifier: BSD-3-Clause
// Clients that stop, hang and come again.
#include <nlohmann/json.hpp>

#include "tests/system/program_fixture.hpp"

namespace ringside {
namespace {

using fixtures::Words;

class Liveness : public fixtures::ProgramTest {
 protected:
  Running start_with_client(Running& server) {
    Running client = start_client({"-n", "0"});
    if (!server.wait_for("Client process 0 connected")) throw std::runtime_error(client.err());
    return client;
  }
  /// One with endless packets, which leaves statistics().
  Running start_null_server(const Words& more = {}) {
    auto eal = primary();
    eal.insert(eal.end(), {"--vdev", "net_null0", "--vdev", "net_null1"});
    Words words{"-p", "3", "-n", "1", "--stats-file", "stats.json"};
    words.insert(words.end(), more.begin(), more.end());
    Running server = start_server(words, eal);
    if (!server.wait_for("Ready for")) throw std::runtime_error("no server: " + server.err());
    return server;
  }
  /// As client 0; see misbehaving_client.cpp.
  Running start_misbehaving_client(const std::string& how) {
    Words words = join(secondary("1@1"), {"-n", "0"});
    words.insert(words.begin(), how);
    return start(MISBEHAVING_CLIENT, words);
  }
  nlohmann::json statistics() const {
    std::ifstream file(directory_->path() + "/stats.json");
    return nlohmann::json::parse(file);
  }
  /// A new client in the place of one that is gone; then all end.
  void expect_next_is_served(Running& server, int evicted) {
    auto next = start_client({"-n", "0"});
    EXPECT_TRUE(next.wait_for("joined (generation 2")) << next.err();
    EXPECT_EQ(next.end().exit_code, 0);
    EXPECT_EQ(server.end().exit_code, 0);
    const auto stats = statistics();
    EXPECT_EQ(stats.at("control").at("evicted"), evicted);
    EXPECT_GT(stats.at("ledger").at("transmitted"), 0);
    EXPECT_EQ(stats.at("ledger").at("in_flight"), 0);
    EXPECT_EQ(stats.at("ledger").at("balanced"), true) << stats.at("ledger");
    for (const auto& pool : stats.at("mempools")) EXPECT_EQ(pool.at("in_use"), pool.at("baseline"));
  }
};

TEST_F(Liveness, AClientThatIsStoppedIsASuspectAndComesBackByItself) {
  auto server = start_good_server({"--heartbeat-timeout", "200ms"});
  auto client = start_with_client(server);
  ::kill(client.pid(), SIGSTOP);
  EXPECT_TRUE(server.wait_for("Client process 0 (pid " + std::to_string(client.pid()) +
                              ") has not moved for 200 ms"));
  ::kill(client.pid(), SIGCONT);
  EXPECT_TRUE(server.wait_for("Client process 0 moves again"));
  EXPECT_EQ(client.end().exit_code, 0);
  EXPECT_EQ(server.end().exit_code, 0);
}

TEST_F(Liveness, AClientThatHangsIsEvictedWhenAskedFor) {
  auto server = start_good_server({"--heartbeat-timeout", "200ms", "--evict-hung"});
  auto client = start_with_client(server);
  ::kill(client.pid(), SIGSTOP);
  EXPECT_TRUE(server.wait_for("is evicted"));
  EXPECT_EQ(client.wait_end().exit_code, -1) << "by a signal";
  EXPECT_TRUE(server.wait_for("Client process 0 disconnected"));
  auto next = start_client({"-n", "0"});
  EXPECT_TRUE(next.wait_for("joined (generation 2")) << next.err();
  EXPECT_EQ(next.end().exit_code, 0);
  EXPECT_EQ(server.end().exit_code, 0);
}

TEST_F(Liveness, AWorkerThatHangsIsASuspectThoughItsControlThreadLives) {
  auto server = start_null_server({"--heartbeat-timeout", "200ms", "--evict-hung"});
  auto client = start_client({"-n", "0", "--handler", "delay:5000000000"});
  EXPECT_TRUE(server.wait_for("has not moved for 200 ms"));
  EXPECT_EQ(client.wait_end().exit_code, -1) << "evicted";
  EXPECT_TRUE(server.wait_for("Client process 0 disconnected"));
  EXPECT_EQ(server.end().exit_code, 0);
  const auto control = statistics().at("control");
  EXPECT_EQ(control.at("evicted"), 1);
  EXPECT_GE(control.at("suspected"), 1);
}

TEST_F(Liveness, AWorkerThatEndsIsADeathThoughItsProcessLivesOn) {
  auto server = start_null_server();
  auto ending = start_misbehaving_client("ends");
  EXPECT_TRUE(server.wait_for("Client process 0 disconnected")) << ending.err();
  EXPECT_EQ(ending.wait_end().exit_code, -1) << "its other threads are killed";
  expect_next_is_served(server, /*evicted=*/0);
}

TEST_F(Liveness, AClientThatSaysItsWorkerEndedWhileItRunsIsEvicted) {
  auto server = start_null_server();
  auto lying = start_misbehaving_client("lies");
  EXPECT_TRUE(server.wait_for("it says that its worker has ended, which still runs"));
  EXPECT_EQ(lying.wait_end().exit_code, -1);
  EXPECT_TRUE(server.wait_for("Client process 0 disconnected"));
  EXPECT_EQ(server.end().exit_code, 0);
  EXPECT_EQ(statistics().at("control").at("evicted"), 1);
}

/// A client that does something to the memory it shares with the server.
class Spoiler : public Liveness {
 protected:
  void expect_eviction(Running& server, Running& client, const std::string& why) {
    EXPECT_TRUE(server.wait_for(why)) << client.err();
    EXPECT_EQ(client.wait_end().exit_code, -1);
    EXPECT_TRUE(server.wait_for("Client process 0 disconnected"));
    expect_next_is_served(server, /*evicted=*/1);
  }
};

class Scribbler : public Spoiler, public ::testing::WithParamInterface<std::string> {};

TEST_P(Scribbler, IsEvictedAndTheNextOneServed) {
  auto server = start_null_server({"--tx", GetParam()});
  auto client = start_misbehaving_client("scribbles");
  expect_eviction(server, client, "it wrote over its slot");
}

INSTANTIATE_TEST_SUITE_P(Modes, Scribbler, ::testing::Values("return", "direct"));

struct Misdeed {
  const char* name;
  const char* why;
  const char* tx = "return";
};
void PrintTo(const Misdeed& misdeed, std::ostream* out) {
  *out << misdeed.name << '_' << misdeed.tx;
}

class RingSpoiler : public Spoiler, public ::testing::WithParamInterface<Misdeed> {};

TEST_P(RingSpoiler, IsEvictedAndTheNextOneServed) {
  auto server = start_null_server({"--tx", GetParam().tx});
  auto client = start_misbehaving_client(GetParam().name);
  expect_eviction(server, client, GetParam().why);
}

INSTANTIATE_TEST_SUITE_P(
    Deeds, RingSpoiler,
    ::testing::Values(Misdeed{"claims", "it returned packets that it had not been given"},
                      Misdeed{"spoils", "it returned packets that it had not been given"},
                      Misdeed{"swallows", "it returns none of the packets that it has"},
                      Misdeed{"swallows", "it returns none of the packets that it has", "direct"},
                      Misdeed{"boasts", "it tells of more turns than its worker has counted"},
                      Misdeed{"hides", "it leaves packets on its ring that it has returned"}),
    [](const auto& info) { return ::testing::PrintToString(info.param); });

TEST_F(Liveness, WhoeverWaitsForAClientThatLeavesIsToldOfIt) {
  auto server = start_null_server();
  auto leaving = start_client({"-n", "0", "--handler", "delay:20000000"});
  EXPECT_TRUE(server.wait_for("Ring of client 0 was filled")) << leaving.err();
  ::kill(leaving.pid(), SIGINT);
  EXPECT_TRUE(server.wait_for("Client process 0 leaves"));
  ::kill(leaving.pid(), SIGSTOP);
  auto next = start_client({"-n", "0", "--wait", "1"}, "2@1");
  EXPECT_THAT(next.wait_end(), fixtures::FailsWith("mp_client", 5,
                                                   "process " + std::to_string(leaving.pid()) +
                                                       " holds the id or an lcore of client 0"));
  ::kill(leaving.pid(), SIGKILL);
  EXPECT_EQ(server.end().exit_code, 0);
}

TEST_F(Liveness, AServerThatWasStoppedDoesNotHoldItAgainstItsClients) {
  auto server = start_good_server({"--heartbeat-timeout", "100ms", "--evict-hung"});
  auto client = start_with_client(server);
  ::kill(server.pid(), SIGSTOP);
  harness::wait_until(clock_, harness::Deadline(clock_, std::chrono::milliseconds(500)),
                      harness::InterruptFlag{0}, [] { return false; });
  ::kill(server.pid(), SIGCONT);
  EXPECT_EQ(client.end().exit_code, 0);
  EXPECT_EQ(server.end().exit_code, 0);
  EXPECT_FALSE(server.says("is evicted"));
}

}  // namespace
}  // namespace ringside
