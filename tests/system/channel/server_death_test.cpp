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

TEST_F(ServerDeath, ThatIsAGoodbyeEndsTheClientInPeace) {
  auto server = start_good_server();
  auto client = start_client({"-n", "0"});
  ASSERT_TRUE(client.wait_for("joined (generation 1")) << server.err();  // it has its answer
  EXPECT_EQ(server.end().exit_code, 0);
  EXPECT_EQ(client.wait_end().exit_code, 0);
}

}  // namespace
}  // namespace ringside
