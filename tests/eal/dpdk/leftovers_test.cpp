// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/leftovers.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <thread>

#include "dpdk/start_turn.hpp"
#include "tests/unit/pcap/files.hpp"

namespace ringside::dpdk {
namespace {

using namespace std::chrono_literals;

class LeftoversTest : public ::testing::Test {
 protected:
  StartTurn take_turn() {
    return StartTurn::take(directory_.ready_file(), 0ns, [] { return false; });
  }
  bool announced() const { return std::filesystem::exists(directory_.ready_file()); }

  fixtures::ScratchDirectory scratch_;
  const std::string ready_ = scratch_.file("mp_server.ready", "1\n");  // of a server that is dead
  const RuntimeDirectory directory_{std::filesystem::path(ready_).parent_path()};
};

TEST_F(LeftoversTest, WhatADeadServerAnnouncedIsTakenBack) {
  EXPECT_TRUE(make_way(directory_, {}).ok());
  EXPECT_FALSE(announced());
}

TEST_F(LeftoversTest, AClientThatIsAboutToStartIsWaitedFor) {
  std::optional<StartTurn> clients(take_turn());
  ASSERT_TRUE(clients->mine());
  Status way = Error{"not yet"};
  std::thread next_server([&] { way = make_way(directory_, {}, 1h); });
  std::this_thread::sleep_for(100ms);  // in which nothing may happen
  EXPECT_TRUE(announced());
  clients.reset();
  next_server.join();
  EXPECT_TRUE(way.ok());
  EXPECT_FALSE(announced());
}

TEST_F(LeftoversTest, AClientThatHangsInItsStartDoesNotKeepTheNextServerOut) {
  const StartTurn hangs = take_turn();
  EXPECT_TRUE(make_way(directory_, {}, 5ms).ok());
  EXPECT_FALSE(announced());
}

}  // namespace
}  // namespace ringside::dpdk
