// SPDX-License-Identifier: BSD-3-Clause
// mp_client --reconnect stays while servers come and go.
#include <filesystem>

#include "tests/system/program_fixture.hpp"

namespace ringside::fixtures {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReconnectTest : public ProgramTest {
 protected:
  static unsigned count(const std::string& text, const std::string& words) {
    unsigned found = 0;
    for (auto at = text.find(words); at != text.npos; at = text.find(words, at + 1)) ++found;
    return found;
  }
  bool joins(Running& server, const Running& client) {
    return server.wait_for("Client process 0 connected (pid " + std::to_string(client.pid()));
  }
};

TEST_F(ReconnectTest, TheSameProcessJoinsServerAfterServer) {
  Running client = start_client({"-n", "0", "--reconnect", "--wait", "60"});
  for (int round = 0; round < 3; ++round) {
    Running server = start_good_server();
    ASSERT_TRUE(joins(server, client)) << client.out() << client.err();
    ASSERT_EQ(server.end(SIGINT).exit_code, 0) << server.err();
  }
  EXPECT_EQ(client.end(SIGINT).exit_code, 0) << client.err();
  EXPECT_EQ(count(client.err(), "joined ("), 3u) << client.err();
  EXPECT_EQ(count(client.err(), "the server has ended; waits for the next one"), 3u);
}

TEST_F(ReconnectTest, ServersThatAreKilledAreNoHindrance) {
  Running client = start_client({"-n", "0", "--reconnect", "--wait", "60"});
  for (int round = 0; round < 5; ++round) {
    Running server = start_good_server();
    ASSERT_TRUE(joins(server, client)) << client.err();
    server.end(SIGKILL);
  }
  Running server = start_good_server();
  ASSERT_TRUE(joins(server, client)) << client.err();
  EXPECT_EQ(server.end(SIGINT).exit_code, 0) << server.err();
  EXPECT_EQ(client.end(SIGINT).exit_code, 0) << client.err();
}

TEST_F(ReconnectTest, WithoutItTheDeathOfTheServerHasACodeOfItsOwn) {
  Running server = start_good_server();
  Running client = start_client({"-n", "0"});
  ASSERT_TRUE(joins(server, client)) << client.err();
  server.end(SIGKILL);
  EXPECT_EQ(client.wait_end().exit_code, 3) << client.err();
}

TEST_F(ReconnectTest, AServersDeathIsNoticedAlsoWithAFullRing) {
  Words eal = primary();
  eal.insert(eal.end(), {"--vdev=net_null0", "--vdev=net_null1"});
  Running server = start_server({"-p", "3", "-n", "1"}, eal);
  // 4095 packets, of which one takes 20 ms.
  Running client = start_client({"-n", "0", "--handler", "delay:20000000", "--wait", "20"});
  ASSERT_TRUE(server.wait_for("Ring of client 0 was filled")) << server.err();
  server.end(SIGKILL);
  EXPECT_EQ(client.wait_end().exit_code, 3) << client.err();
}

TEST_F(ReconnectTest, AClientWhoseRingIsNeverEmptyLeavesWhenItIsAsked) {
  Words eal = primary();
  eal.insert(eal.end(), {"--vdev=net_null0", "--vdev=net_null1"});
  Running server = start_server({"-p", "3", "-n", "1", "--on-full", "wait"}, eal);
  Running client = start_client({"-n", "0", "--handler", "delay:20000", "--wait", "20"});
  ASSERT_TRUE(server.wait_for("Ring of client 0 was filled")) << server.err();
  EXPECT_EQ(client.end(SIGINT).exit_code, 0) << client.err();
  EXPECT_TRUE(server.says("Client process 0 leaves")) << server.err();
}

TEST_F(ReconnectTest, IsBoundedByTheWait) {
  Running server = start_good_server();
  Running client = start_client({"-n", "0", "--reconnect", "--wait", "5"});
  ASSERT_TRUE(joins(server, client)) << client.err();
  EXPECT_EQ(server.end(SIGINT).exit_code, 0);
  EXPECT_THAT(client.wait_end(), FailsWith("mp_client", kEnvironment, "start it first"));
}

TEST_F(ReconnectTest, AClientThatWasAskedToEndDoesNotComeBack) {
  Running server = start_good_server();
  Running client = start_client({"-n", "0", "--reconnect"});
  ASSERT_TRUE(joins(server, client)) << client.err();
  EXPECT_EQ(client.end(SIGINT).exit_code, 0);
  EXPECT_THAT(client.err(), Not(HasSubstr("next one")));
}

TEST_F(ReconnectTest, AClientThatIsAskedToEndWhileItBeginsAnewEnds) {
  Running server = start_good_server();
  Running client =
      start(SIGNALLED_AT_EXEC, join(secondary("1@1"), {"-n", "0", "--reconnect", "--wait", "5"}));
  ASSERT_TRUE(joins(server, client)) << client.err();
  server.end(SIGKILL);
  EXPECT_EQ(client.wait_end().exit_code, 0) << client.err();
  EXPECT_THAT(client.err(), HasSubstr("waits for the next one"));
}

TEST_F(ReconnectTest, AClientThatIsAskedToEndBeforeItSeesThatItsServerIsGoneEndsAsAsked) {
  for (const Words& more : {Words{}, Words{"--reconnect"}}) {
    Running server = start_good_server();
    Words words{"-n", "0"};
    words.insert(words.end(), more.begin(), more.end());
    Running client = start_client(words);
    ASSERT_TRUE(joins(server, client)) << client.err();
    ASSERT_TRUE(client.stop());
    server.end(SIGKILL);
    ASSERT_EQ(::kill(client.pid(), SIGINT), 0);
    ASSERT_EQ(::kill(client.pid(), SIGCONT), 0);
    EXPECT_EQ(client.wait_end().exit_code, 0) << client.err();
    EXPECT_THAT(client.err(), Not(HasSubstr("error")));
  }
}

TEST_F(ReconnectTest, WithoutItTheEndOfTheServerIsTheClients) {
  Running server = start_good_server();
  Running client = start_client({"-n", "0"});
  ASSERT_TRUE(joins(server, client)) << client.err();
  EXPECT_EQ(server.end(SIGINT).exit_code, 0);
  EXPECT_EQ(client.wait_end().exit_code, 0);
  EXPECT_THAT(client.err(), Not(HasSubstr("next one")));
}

}  // namespace
}  // namespace ringside::fixtures
