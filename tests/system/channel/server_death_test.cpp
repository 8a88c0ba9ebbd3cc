// SPDX-License-Identifier: BSD-3-Clause
// What a client does when its server ends without saying so.
#include "tests/system/program_fixture.hpp"

namespace ringside {
namespace {

using fixtures::FailsWith;

class ServerDeath : public fixtures::ProgramTest {
 protected:
  static constexpr int kServerGone = 3;
};

TEST_F(ServerDeath, EndsTheClientWithItsOwnExitCodeAndASentence) {
  auto server = start_good_server();
  auto client = start_client({"-n", "0"});
  ASSERT_TRUE(client.wait_for("joined (generation 1")) << server.err();  // it has its answer
  server.end(SIGKILL);
  const fixtures::Ended ended = client.wait_end();
  EXPECT_THAT(ended, FailsWith("mp_client", kServerGone, "the server ended without saying so"));
}

TEST_F(ServerDeath, IsNoticedByAClientWhoseServerWasStoppedBefore) {
  auto server = start_good_server();
  auto client = start_client({"-n", "0"});
  ASSERT_TRUE(client.wait_for("joined (generation 1")) << server.err();  // it has its answer
  ::kill(server.pid(), SIGSTOP);
  server.end(SIGKILL);
  EXPECT_EQ(client.wait_end().exit_code, kServerGone);
}

/// One that has packets in its handler, which does not come back.
class ServerDeathWhileHandling : public ServerDeath {
 protected:
  Running start_null_server() {
    auto eal = primary();
    eal.insert(eal.end(), {"--vdev", "net_null0", "--vdev", "net_null1"});
    return start_server({"-p", "3", "-n", "1", "--heartbeat-timeout", "100ms"}, eal);
  }
  Running start_stuck_client(Running& server, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"-n", "0", "--handler", "delay:10000000000"};
    words.insert(words.end(), more.begin(), more.end());
    Running client = start_client(words);
    if (!server.wait_for("has not moved for 100 ms")) throw std::runtime_error(client.err());
    return client;
  }
};

TEST_F(ServerDeathWhileHandling, EndsTheClientAllTheSameAndTheNextServerStarts) {
  auto server = start_null_server();
  auto client = start_stuck_client(server);
  server.end(SIGKILL);
  EXPECT_THAT(client.wait_end(),
              FailsWith("mp_client", kServerGone, "the server ended without saying so"));
  auto next = start_good_server();
  EXPECT_EQ(next.end().exit_code, 0);
}

TEST_F(ServerDeathWhileHandling, EndsTheClientInPeaceWhenTheServerSaidGoodbye) {
  auto server = start_null_server();
  auto client = start_stuck_client(server);
  ::kill(server.pid(), SIGINT);
  EXPECT_EQ(server.end().exit_code, 0) << "the second one: it does not wait for the packets";
  EXPECT_EQ(client.wait_end().exit_code, 0);
}

TEST_F(ServerDeathWhileHandling, LetsTheClientJoinTheNextServer) {
  auto server = start_null_server();
  auto client = start_stuck_client(server, {"--reconnect"});
  server.end(SIGKILL);
  auto next = start_good_server();
  EXPECT_TRUE(next.wait_for("Client process 0 connected")) << client.err();
  EXPECT_EQ(client.end().exit_code, 0);
  EXPECT_EQ(next.end().exit_code, 0);
}

TEST_F(ServerDeath, ThatIsAGoodbyeEndsTheClientInPeace) {
  auto server = start_good_server();
  auto client = start_client({"-n", "0"});
  ASSERT_TRUE(client.wait_for("joined (generation 1")) << server.err();  // it has its answer
  EXPECT_EQ(server.end().exit_code, 0);
  EXPECT_EQ(client.wait_end().exit_code, 0);
}

}  // namespace
}  // namespace ringside
