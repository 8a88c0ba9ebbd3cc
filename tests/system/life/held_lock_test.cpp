// SPDX-License-Identifier: BSD-3-Clause
// What a process leaves that is killed with one of DPDK's shared locks.
#include "tests/system/program_fixture.hpp"

namespace ringside::fixtures {
namespace {

class HeldLockTest : public ProgramTest {
 protected:
  static constexpr int kTimedOut = 124;

  void leave_locked(const std::string& lock) {
    Running dies = start(DIES_WITH_LOCK, join(secondary("9@1"), {lock}));
    const Ended ended = dies.wait_end();
    ASSERT_EQ(ended.exit_code, -1) << ended.err;
  }
};

TEST_F(HeldLockTest, DeadReadersOfTheMemoryKeepNobodyOutAndTheServerEndsInPeace) {
  Running server = start_good_server();
  leave_locked("memory");
  leave_locked("memory");
  Running client = start_client({"-n", "0"});
  EXPECT_TRUE(client.wait_for("joined")) << client.err();
  const Ended ended = server.end(SIGINT);
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(client.wait_end().exit_code, 0);
}

TEST_F(HeldLockTest, DeadReadersDoNotHoldUpTheEndAlthoughAWireIsStillThere) {
  Running server = start_good_server();
  Running wire = start_wire({});
  ASSERT_TRUE(wire.wait_for("ready")) << wire.err();
  leave_locked("memory");
  const Ended ended = server.end(SIGINT);
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
}

TEST_F(HeldLockTest, ALockThatKeepsNewcomersOutIsSaidAndServingGoesOn) {
  Running server = start_good_server();
  Running client = start_client({"-n", "0"});
  ASSERT_TRUE(client.wait_for("joined")) << client.err();
  leave_locked("tailq");
  EXPECT_THAT(start_client({"-n", "0", "--wait", "0.5"}, "2@1").wait_end(),
              FailsWith("mp_client", kTimedOut, "restart the server"));
  EXPECT_EQ(client.end(SIGINT).exit_code, 0) << "who had joined is let go: " << client.err();
}

TEST_F(HeldLockTest, AServerWhoseCleanUpHangsEndsAllTheSameAndTheNextOneServes) {
  Running server = start_good_server();
  leave_locked("tailq");
  const Ended ended = server.end(SIGINT);
  EXPECT_THAT(ended, FailsWith("mp_server", kTimedOut, "DPDK's clean-up hangs"));
  EXPECT_NE(ended.out.find("balanced: every packet is accounted for"), std::string::npos);
  Running next = start_good_server();
  EXPECT_EQ(next.end(SIGINT).exit_code, 0);
}

}  // namespace
}  // namespace ringside::fixtures
