// SPDX-License-Identifier: BSD-3-Clause
// A server that was killed can be started again with the same prefix, whatever it left; one that
// ends in peace removes what its killed clients left.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/idle.hpp"
#include "dpdk/runtime_directory.hpp"
#include "dpdk/start_turn.hpp"
#include "harness/run/memory.hpp"
#include "tests/system/program_fixture.hpp"

namespace ringside::fixtures {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ServerAgainTest : public ProgramTest {
 protected:
  ~ServerAgainTest() override {
    if (!hugetlbfs_.empty()) harness::remove_hugepage_files(hugetlbfs_, directory_->prefix());
  }

  Running server_with(const Words& eal) {
    Running server =
        start_server({"-p", "3", "-n", "2", "--ring-port", "a", "--ring-port", "b"}, eal);
    return server;
  }
  /// Starts a server, kills it, and expects the next one to serve.
  void kill_and_start_again(const Words& eal, const Words& client_eal) {
    for (int round = 0; round < 3; ++round) {
      Running killed = server_with(eal);
      ASSERT_TRUE(killed.wait_for("Ready for")) << killed.err();
      EXPECT_EQ(killed.end(SIGKILL).exit_code, -1);
    }
    Running server = server_with(eal);
    ASSERT_TRUE(server.wait_for("Ready for")) << server.err();
    Running client = start(bin("mp_client"), join(client_eal, {"-n", "0"}));
    EXPECT_TRUE(client.wait_for("joined")) << client.err();
    EXPECT_EQ(server.end(SIGINT).exit_code, 0) << server.err();
    EXPECT_EQ(client.wait_end().exit_code, 0) << client.err();
  }
  static bool has_open(int pid, const std::filesystem::path& file) {
    std::error_code gone;
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd", gone);
    return std::any_of(begin(all), end(all), [&](const auto& entry) {
      return std::filesystem::read_symlink(entry, gone) == file;
    });
  }
  /// Names in the runtime directory that hold the pid.
  std::vector<std::string> files_of(int pid) const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(runtime().path())) {
      const std::string name = file.path().filename();
      if (name.find("_" + std::to_string(pid)) != name.npos) names.push_back(name);
    }
    return names;
  }
  dpdk::RuntimeDirectory runtime() const {
    return dpdk::RuntimeDirectory(directory_->path() + "/dpdk/rte");
  }

  std::string hugetlbfs_;
};

TEST_F(ServerAgainTest, WithoutHugepages) {
  kill_and_start_again(primary(), secondary("1@1"));
}

TEST_F(ServerAgainTest, WithHugepages) {
  const harness::MemoryFacts facts = harness::read_memory_facts();
  const auto plan = harness::plan_memory(harness::MemoryMode::kHugepages, facts, 128);
  if (!plan) GTEST_SKIP() << plan.error().message;
  hugetlbfs_ = facts.hugetlbfs;
  Words server = harness::primary_memory_args(*plan);
  Words client = harness::secondary_memory_args(*plan);
  const std::string prefix = "--file-prefix=" + directory_->prefix();
  server.insert(server.end(), {"--no-pci", "--lcores", "0@0", prefix});
  client.insert(client.end(), {"--no-pci", "--lcores", "1@1", "--proc-type=secondary", prefix});
  kill_and_start_again(server, client);
}

TEST_F(ServerAgainTest, RemovesWhatAKilledClientLeftAndNothingOfOneThatLives) {
  Running server = server_with(primary());
  ASSERT_TRUE(server.wait_for("Ready for")) << server.err();
  Running killed = start_client({"-n", "0"});
  Running wire = start_wire({});
  ASSERT_TRUE(killed.wait_for("joined")) << killed.err();
  ASSERT_TRUE(wire.wait_for("ready")) << wire.err();
  killed.end(SIGKILL);
  ASSERT_TRUE(wire.stop());  // it must not leave by itself
  EXPECT_THAT(files_of(killed.pid()), Not(IsEmpty()));
  EXPECT_EQ(server.end(SIGINT).exit_code, 0) << server.err();
  EXPECT_THAT(files_of(killed.pid()), IsEmpty());
  EXPECT_THAT(files_of(wire.pid()), SizeIs(2));  // a socket and an array
}

TEST_F(ServerAgainTest, AfterAKillAtAnyPointOfTheStart) {
  for (const char* sign : {"config", "mp_socket", "fbarray_memzone", "hugepage_data"}) {
    Running killed = server_with(primary());
    const std::string file = runtime().path() + "/" + sign;
    ASSERT_TRUE(poll_until(
        kDeadline, [&] { return std::filesystem::exists(file); }, std::chrono::microseconds(100)));
    killed.end(SIGKILL);
  }
  Running server = server_with(primary());
  EXPECT_TRUE(server.wait_for("Ready for")) << server.err();
  EXPECT_EQ(server.end(SIGINT).exit_code, 0) << server.err();
}

TEST_F(ServerAgainTest, WaitsForClientsOfTheKilledOneToGo) {
  std::optional<Running> killed = start_good_server();
  Running orphan = start_client({"-n", "0"});
  ASSERT_TRUE(orphan.wait_for("joined")) << orphan.err();
  ASSERT_TRUE(orphan.stop());  // it must not leave by itself
  killed->end(SIGKILL);
  Running server = server_with(primary());
  const auto waits = [&] { return !std::filesystem::exists(runtime().ready_file()); };
  ASSERT_TRUE(poll_until(kDeadline, waits)) << server.err();
  orphan.end(SIGKILL);
  EXPECT_TRUE(server.wait_for("Ready for")) << server.err();
  EXPECT_EQ(server.end(SIGINT).exit_code, 0) << server.err();
}

TEST_F(ServerAgainTest, IsToldToEndWhileItWaitsForOrphansAndDoes) {
  std::optional<Running> killed = start_good_server();
  Running orphan = start_client({"-n", "0"});
  ASSERT_TRUE(orphan.wait_for("joined")) << orphan.err();
  ASSERT_TRUE(orphan.stop());
  killed->end(SIGKILL);
  Running server = server_with(primary());
  const auto waits = [&] { return !std::filesystem::exists(runtime().ready_file()); };
  ASSERT_TRUE(poll_until(kDeadline, waits)) << server.err();
  EXPECT_EQ(server.end(SIGINT).exit_code, 0) << server.err();
  EXPECT_FALSE(server.says("error")) << server.err();
  orphan.end(SIGKILL);
}

TEST_F(ServerAgainTest, OneOfTwoThatAreStartedTogetherServesAndTheOtherIsToldSo) {
  start_good_server().end(SIGKILL);
  std::optional<dpdk::StartTurn> turn(dpdk::StartTurn::take(
      runtime().ready_file(), std::chrono::nanoseconds(0), [] { return false; }));
  ASSERT_TRUE(turn->mine());
  Running one = server_with(primary());
  Running other = server_with(primary());
  for (const Running* server : {&one, &other}) {
    const auto waits = [&] { return has_open(server->pid(), runtime().ready_file()); };
    ASSERT_TRUE(poll_until(kDeadline, waits)) << server->err();
  }
  turn.reset();
  ASSERT_TRUE(poll_until(kDeadline, [&] { return runtime().announced_server() != 0; }))
      << one.err() << other.err();
  const bool one_serves = runtime().announced_server() == one.pid();
  Running& serves = one_serves ? one : other;
  Running& refused = one_serves ? other : one;
  EXPECT_THAT(refused.wait_end(),
              FailsWith("mp_server", kEnvironment,
                        "already runs: process " + std::to_string(serves.pid())));
  EXPECT_EQ(runtime().announced_server(), serves.pid());
  EXPECT_EQ(serves.end(SIGINT).exit_code, 0) << serves.err();
}

TEST_F(ServerAgainTest, NamesTheClientsOfTheKilledOneThatStay) {
  std::optional<Running> killed = start_good_server();
  Running orphan = start_client({"-n", "0"});
  Running wire = start_wire({});
  ASSERT_TRUE(orphan.wait_for("joined")) << orphan.err();
  ASSERT_TRUE(wire.wait_for("ready")) << wire.err();
  ASSERT_TRUE(orphan.stop());
  ASSERT_TRUE(wire.stop());
  killed->end(SIGKILL);
  const Ended ended = server_with(primary()).wait_end();
  EXPECT_THAT(ended, FailsWith("mp_server", kEnvironment,
                               std::to_string(orphan.pid()) + " (mp_client, stopped)"));
  EXPECT_THAT(ended.err, HasSubstr(std::to_string(wire.pid()) + " (mp_wire, stopped)"));
  orphan.end(SIGKILL);
  wire.end(SIGKILL);
  Running server = server_with(primary());
  EXPECT_TRUE(server.wait_for("Ready for")) << server.err();
}

}  // namespace
}  // namespace ringside::fixtures
