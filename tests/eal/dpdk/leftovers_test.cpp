// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/leftovers.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "core/idle.hpp"
#include "dpdk/start_turn.hpp"
#include "tests/unit/pcap/files.hpp"

namespace ringside::dpdk {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

bool never() {
  return false;
}

class LeftoversTest : public ::testing::Test {
 protected:
  StartTurn take_turn() {
    return StartTurn::take(directory_.ready_file(), 0ns, [] { return false; });
  }
  /// What a server says that finds no way; empty when it does.
  std::string complaint(std::chrono::nanoseconds patience) {
    const auto way = make_way(directory_, {}, never, patience);
    return way ? "" : way.error().message;
  }
  /// How many have the file open by which turns are taken; all of them are of this process.
  std::ptrdiff_t at_turn() const {
    return std::ranges::count_if(
        std::filesystem::directory_iterator("/proc/self/fd"), [this](const auto& entry) {
          std::error_code closed_meanwhile;
          return std::filesystem::read_symlink(entry, closed_meanwhile) == ready_;
        });
  }
  bool announced() const { return std::filesystem::exists(directory_.ready_file()); }

  fixtures::ScratchDirectory scratch_;
  const std::string ready_ = scratch_.file("mp_server.ready", "1\n");  // of a server that is dead
  const RuntimeDirectory directory_{std::filesystem::path(ready_).parent_path()};
};

TEST_F(LeftoversTest, WhatADeadServerAnnouncedIsTakenBack) {
  EXPECT_TRUE(make_way(directory_, {}, never).ok());
  EXPECT_FALSE(announced());
}

TEST_F(LeftoversTest, AClientThatIsAboutToStartIsWaitedFor) {
  std::optional<StartTurn> clients(take_turn());
  ASSERT_TRUE(clients->mine());
  bool free = false;
  std::thread next_server([&] { free = make_way(directory_, {}, never, 1h).ok(); });
  std::this_thread::sleep_for(100ms);  // in which nothing may happen
  EXPECT_TRUE(announced());
  clients.reset();
  next_server.join();
  EXPECT_TRUE(free);
  EXPECT_FALSE(announced());
}

TEST_F(LeftoversTest, AClientThatHangsInItsStartDoesNotKeepTheNextServerOut) {
  const StartTurn hangs = take_turn();
  EXPECT_TRUE(make_way(directory_, {}, never, 5ms).ok());
  EXPECT_FALSE(announced());
}

/// Another process that becomes the primary, as far as anybody can see.
class OtherPrimary {
 public:
  explicit OtherPrimary(const RuntimeDirectory& directory) : file_(directory.config_file()) {
    child_ = ::fork();
    if (child_ != 0) return;
    ::close_range(3, ~0u, 0);  // what is locked here is not to be locked there, too
    const int fd = ::open(file_.c_str(), O_RDWR | O_CREAT, 0600);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    ::fcntl(fd, F_SETLK, &lock);
    for (;;) ::pause();
  }
  ~OtherPrimary() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

 private:
  const std::string file_;
  pid_t child_;
};

TEST_F(LeftoversTest, AServerThatStartsWhileThisOneWaitsForTheTurnIsNamedAndKeepsItsFiles) {
  std::optional<StartTurn> client(take_turn());
  std::string words;
  std::thread second_server([&] { words = complaint(20s); });
  EXPECT_TRUE(poll_until(20s, [&] { return at_turn() == 2; }));
  const OtherPrimary first_server(directory_);
  EXPECT_TRUE(poll_until(20s, [&] { return directory_.primary() != 0; }));
  client.reset();
  second_server.join();
  EXPECT_THAT(words, HasSubstr("already runs"));
  EXPECT_TRUE(announced());
}

TEST_F(LeftoversTest, AServerThatStartsWhileThisOneWaitsForOrphansIsNotTakenForOne) {
  const std::string array = scratch_.file("fbarray_memzone", "");
  const StartTurn locks_it = StartTurn::take(array, 0ns, [] { return false; });
  ASSERT_TRUE(locks_it.mine());
  std::string words;
  std::thread second_server([&] { words = complaint(20s); });
  EXPECT_TRUE(poll_until(20s, [&] { return !announced(); }));
  const OtherPrimary first_server(directory_);
  second_server.join();
  EXPECT_THAT(words, HasSubstr("already runs"));
}

TEST_F(LeftoversTest, AServerThatIsToldToEndWaitsForNobody) {
  bool told = false;
  const auto told_at_second_look = [&] { return std::exchange(told, true); };
  const StartTurn client = take_turn();
  const auto without_turn = make_way(directory_, {}, told_at_second_look, 1h);
  ASSERT_FALSE(without_turn);
  EXPECT_EQ(without_turn.error().code, ExitCode::kInterrupted);
  EXPECT_TRUE(announced()) << "nothing is touched without the turn";
}

TEST_F(LeftoversTest, AServerThatIsToldToEndWaitsForNoOrphans) {
  const std::string array = scratch_.file("fbarray_memzone", "");
  const StartTurn locks_it = StartTurn::take(array, 0ns, never);
  ASSERT_TRUE(locks_it.mine());
  const auto way = make_way(
      directory_, {}, [&] { return !announced(); }, 1h);
  ASSERT_FALSE(way);
  EXPECT_EQ(way.error().code, ExitCode::kInterrupted);
}

TEST_F(LeftoversTest, TheTurnIsKeptForTheStart) {
  const auto way = make_way(directory_, {}, never);
  ASSERT_TRUE(way);
  EXPECT_TRUE(way->mine());
  EXPECT_FALSE(announced());
}

}  // namespace
}  // namespace ringside::dpdk
