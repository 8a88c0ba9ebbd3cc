// SPDX-License-Identifier: BSD-3-Clause
// A client that meets no server, or one that cannot answer, says so in time and never hangs.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/idle.hpp"
#include "dpdk/runtime_directory.hpp"
#include "dpdk/start_turn.hpp"
#include "tests/system/program_fixture.hpp"

namespace ringside::fixtures {
namespace {

using dpdk::RuntimeDirectory;
class StartOrderTest : public ProgramTest {
 protected:
  static constexpr int kServerGone = 3;
  static constexpr int kTimedOut = 124;

  RuntimeDirectory runtime() const { return RuntimeDirectory(directory_->path() + "/dpdk/rte"); }
  /// A server caught in its own start: it holds the primary's lock and has not announced itself.
  Running half_started_server() {
    Running server = start_server({"-p", "3", "-n", "1", "--ring-port", "a", "--ring-port", "b"});
    if (!poll_until(
            kDeadline, [&] { return runtime().primary() != 0; }, std::chrono::microseconds(50))) {
      throw std::runtime_error(server.err());
    }
    return server;
  }
  Ended run_client(const Words& more = {"--wait", "0.5"}) {
    Words words{"-n", "0"};
    words.insert(words.end(), more.begin(), more.end());
    return start_client(words).wait_end();
  }
  /// Has `pid` the ready file open? Then it waits for its turn to start.
  bool waits_for_turn(int pid) const {
    std::error_code ended;
    for (const auto& fd :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", ended)) {
      if (std::filesystem::read_symlink(fd, ended) == runtime().ready_file()) return true;
    }
    return false;
  }
};

TEST_F(StartOrderTest, AClientStartedFirstJoinsWhenTheServerIsThere) {
  Running client = start_client({"-n", "0", "--wait", "60"});
  Running server = start_good_server();
  EXPECT_TRUE(client.wait_for("joined")) << client.err();
  EXPECT_EQ(server.end(SIGINT).exit_code, 0) << server.err();
  EXPECT_EQ(client.wait_end().exit_code, 0) << client.err();
}

TEST_F(StartOrderTest, AServerKilledInItsOwnStartIsNoServer) {
  half_started_server().end(SIGKILL);
  EXPECT_THAT(run_client(), FailsWith("mp_client", kEnvironment, "start it first, for example"));
}

TEST_F(StartOrderTest, AServerStoppedInItsOwnStartIsNamed) {
  Running server = half_started_server();
  ASSERT_TRUE(server.stop());
  EXPECT_THAT(run_client(),
              FailsWith("mp_client", kEnvironment, "kill -CONT " + std::to_string(server.pid())));
  ASSERT_EQ(::kill(server.pid(), SIGCONT), 0);
  EXPECT_TRUE(server.wait_for("Ready for")) << server.err();
}

TEST_F(StartOrderTest, AStoppedServerIsNamed) {
  Running server = start_good_server();
  ASSERT_TRUE(server.stop());
  EXPECT_THAT(run_client(),
              FailsWith("mp_client", kEnvironment, "kill -CONT " + std::to_string(server.pid())));
  ASSERT_EQ(::kill(server.pid(), SIGCONT), 0);
  Running client = start_client({"-n", "0", "--wait", "0"});
  EXPECT_TRUE(client.wait_for("joined")) << client.err();
}

TEST_F(StartOrderTest, TheAnnouncementOfAKilledServerIsNotBelieved) {
  start_good_server().end(SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(runtime().ready_file()));
  EXPECT_THAT(run_client(), FailsWith("mp_client", kEnvironment, "start it first, for example"));
}

TEST_F(StartOrderTest, TheAnnouncementOfAKilledServerIsNotBelievedWhenItsPidLivesAgain) {
  start_good_server().end(SIGKILL);
  Running other = start("/bin/sleep", {"1000"});
  std::ofstream(runtime().ready_file()) << other.pid() << '\n';
  EXPECT_THAT(run_client(), FailsWith("mp_client", kEnvironment, "start it first, for example"));
}

TEST_F(StartOrderTest, AnotherPrimaryDoesNotInheritTheAnnouncement) {
  start_good_server().end(SIGKILL);
  Running other = start("/bin/sleep", {"1000"});
  const std::string announced = runtime().ready_file();
  Running server = half_started_server();
  ASSERT_TRUE(server.stop());
  std::ofstream(announced) << other.pid() << '\n';
  EXPECT_THAT(run_client(),
              FailsWith("mp_client", kEnvironment, "kill -CONT " + std::to_string(server.pid())));
}

TEST_F(StartOrderTest, AServerThatEndsWhileAClientWaitsForItsTurnIsWaitedForAnew) {
  std::optional<Running> first = start_good_server();
  std::optional<dpdk::StartTurn> turn =
      dpdk::StartTurn::take(runtime().ready_file(), kDeadline, [] { return false; });
  Running client = start_client({"-n", "0", "--wait", "60"});
  ASSERT_TRUE(poll_until(kDeadline, [&] { return waits_for_turn(client.pid()); }));
  first->end(SIGKILL);
  Running second = start_good_server();
  EXPECT_TRUE(client.wait_for("joined")) << client.err();
}

TEST_F(StartOrderTest, WhoeverDoesNotGetItsTurnInTimeStartsAllTheSame) {
  Running server = start_good_server();
  const dpdk::StartTurn turn =
      dpdk::StartTurn::take(runtime().ready_file(), kDeadline, [] { return false; });
  ASSERT_TRUE(turn.mine());
  Running client = start_client({"-n", "0", "--wait", "0.5"});
  EXPECT_TRUE(client.wait_for("joined")) << client.err();
}

/// Whoever holds this keeps every process inside rte_eal_init(): EAL locks the directory there, and
/// waits.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (::flock(fd_, LOCK_EX) != 0) throw std::runtime_error(path);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  ~DirectoryLock() { ::close(fd_); }

 private:
  int fd_;
};

class HangingStartTest : public StartOrderTest {
 protected:
  /// A client that has begun rte_eal_init() and hangs in it.
  Running hanging_client(const Words& wait) {
    Words words{"-n", "0"};
    words.insert(words.end(), wait.begin(), wait.end());
    Running client = start_client(words);
    const auto attached = [&] {
      const auto users = runtime().users();
      return std::find(users.begin(), users.end(), client.pid()) != users.end();
    };
    if (!poll_until(kDeadline, attached)) throw std::runtime_error(client.err());
    return client;
  }

  Running server_ = start_good_server();
  std::optional<DirectoryLock> lock_{runtime().path()};
};

TEST_F(HangingStartTest, EndsAtItsDeadlineAndSaysWhatToDo) {
  EXPECT_THAT(hanging_client({"--wait", "0.2"}).wait_end(),
              FailsWith("mp_client", kTimedOut, "restart the server"));
}

TEST_F(HangingStartTest, EndsAtItsDeadlineInTheWireToo) {
  EXPECT_THAT(start_wire({"--wait", "0.2"}).wait_end(),
              FailsWith("mp_wire", kTimedOut, "restart the server"));
}

TEST_F(HangingStartTest, NamesAServerThatWasStoppedMeanwhile) {
  Running client = hanging_client({"--wait", "2"});
  ASSERT_TRUE(server_.stop());
  EXPECT_THAT(client.wait_end(),
              FailsWith("mp_client", kTimedOut, "kill -CONT " + std::to_string(server_.pid())));
}

TEST_F(HangingStartTest, EndsSoonAfterTheServerWithACodeOfItsOwn) {
  Running client = hanging_client({"--wait", "0.2"});
  server_.end(SIGKILL);
  EXPECT_THAT(client.wait_end(), FailsWith("mp_client", kServerGone, "ended while"));
}

TEST_F(HangingStartTest, WaitsForTheNextServerWhileThereIsTimeLeft) {
  Running client = hanging_client({"--wait", "3600"});
  server_.end(SIGKILL);
  EXPECT_TRUE(client.wait_for("waits for the next one")) << client.err();
  lock_.reset();
  Running next = start_good_server();
  EXPECT_TRUE(client.wait_for("joined")) << client.err();
}

TEST_F(HangingStartTest, SaysSoLongBeforeItsDeadline) {
  Running client = hanging_client({"--wait", "3600"});
  EXPECT_TRUE(client.wait_for("DPDK's start takes")) << client.err();
}

TEST_F(HangingStartTest, EndsByAnInterrupt) {
  Running client = hanging_client({"--wait", "3600"});
  EXPECT_EQ(client.end(SIGINT).exit_code, 0);
}

}  // namespace
}  // namespace ringside::fixtures
