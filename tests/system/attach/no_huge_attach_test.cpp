// SPDX-License-Identifier: BSD-3-Clause
// What --no-huge promises: unmodified secondaries attach, every time.
#include <filesystem>
#include <optional>
#include <vector>

#include "core/idle.hpp"
#include "dpdk/start_turn.hpp"
#include "program_fixture.hpp"

namespace ringside::fixtures {
namespace {

class NoHugeAttachTest : public ProgramTest {};

TEST_F(NoHugeAttachTest, AHundredClientsOfAHundredAttachAndLeave) {
  constexpr unsigned kClients = 4;
  constexpr unsigned kRounds = 25;
  Running server = start_server({"-p", "3", "-n", "4", "--ring-port", "a", "--ring-port", "b"});
  ASSERT_TRUE(server.wait_for("Ready for")) << server.out() << server.err();
  for (unsigned round = 0; round < kRounds; ++round) {
    std::vector<Running> clients;
    for (unsigned id = 0; id < kClients; ++id) {
      clients.push_back(
          start_client({"-n", std::to_string(id), "--wait", "60"}, std::to_string(32 + id) + "@0"));
    }
    for (Running& client : clients) {
      ASSERT_TRUE(client.wait_for("joined (generation " + std::to_string(round + 1)))
          << client.out() << client.err();
    }
    for (Running& client : clients) {
      ASSERT_EQ(client.end(SIGINT).exit_code, 0) << client.out() << client.err();
    }
  }
  EXPECT_EQ(server.end(SIGINT).exit_code, 0) << server.err();
}

bool has_open(int pid, const std::filesystem::path& file) {
  std::error_code ended;
  for (const auto& fd :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", ended)) {
    if (std::filesystem::read_symlink(fd, ended) == file) return true;
  }
  return false;
}

TEST_F(NoHugeAttachTest, AClientWaitsForItsTurnToStart) {
  Running server = start_good_server();
  const std::filesystem::path ready = directory_->path() + "/dpdk/rte/mp_server.ready";
  std::optional<dpdk::StartTurn> turn =
      dpdk::StartTurn::take(ready, kDeadline, [] { return false; });
  ASSERT_TRUE(turn->mine());
  Running client = start_client({"-n", "0"});
  ASSERT_TRUE(poll_until(kDeadline, [&] { return has_open(client.pid(), ready); }));
  EXPECT_FALSE(client.says("Looking up"));
  turn.reset();
  EXPECT_TRUE(client.wait_for("joined")) << client.out() << client.err();
  EXPECT_EQ(client.end(SIGINT).exit_code, 0);
  EXPECT_EQ(server.end(SIGINT).exit_code, 0);
}

TEST_F(NoHugeAttachTest, NothingIsLeftOfAClientThatHasLeftAndTheServerTakesItsOfferBack) {
  Running server = start_good_server();
  const std::filesystem::path runtime = directory_->path() + "/dpdk/rte";
  const auto files = [&] {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(runtime)) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  };
  const auto before = files();
  EXPECT_THAT(before, ::testing::IsSupersetOf({"hugepage_data", "mp_server.ready"}));
  Running client = start_client({"-n", "0"});
  ASSERT_TRUE(client.wait_for("joined")) << client.out() << client.err();
  EXPECT_EQ(client.end(SIGINT).exit_code, 0);
  EXPECT_EQ(files(), before);
  EXPECT_EQ(server.end(SIGINT).exit_code, 0);
  EXPECT_THAT(files(), ::testing::Not(::testing::Contains("hugepage_data")));
  EXPECT_THAT(files(), ::testing::Not(::testing::Contains("mp_server.ready")));
}

TEST_F(NoHugeAttachTest, AClientThatStoodStillWhileTheServerEndedLeavesByItself) {
  Running server = start_good_server({"--drain-timeout", "0.2"});
  Running client = start_client({"-n", "0"});
  ASSERT_TRUE(client.wait_for("joined")) << client.out() << client.err();
  ASSERT_TRUE(client.stop());
  EXPECT_EQ(server.end(SIGINT).exit_code, 0);
  ASSERT_EQ(::kill(client.pid(), SIGCONT), 0);
  EXPECT_EQ(client.wait_end().exit_code, 0) << client.err();
}

TEST_F(NoHugeAttachTest, AClientToWhichDpdkGaveNoPortsDoesNotJoinInDirectMode) {
  Running server = start_good_server({"--tx", "direct"});
  // Without the server's socket nobody answers the request for ports.
  const std::filesystem::path socket = directory_->path() + "/dpdk/rte/mp_socket";
  std::filesystem::rename(socket, socket.string() + ".away");
  const Ended ended = start_client({"-n", "0"}).wait_end();
  std::filesystem::rename(socket.string() + ".away", socket);
  EXPECT_THAT(ended, FailsWith("mp_client", kEnvironment, "did not attach port"));
  EXPECT_EQ(server.end(SIGINT).exit_code, 0);
}

}  // namespace
}  // namespace ringside::fixtures
