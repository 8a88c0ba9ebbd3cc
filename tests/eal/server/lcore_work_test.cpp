// SPDX-License-Identifier: BSD-3-Clause
#include "server/lcore_work.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "server_fixture.hpp"

namespace ringside::server {
namespace {

constexpr std::uint64_t kManyTurns = 5000;  ///< of which the last ones end asleep

class LcoreWorkTest : public ServerTest {
 protected:
  /// Runs an lcore that finds nothing until `seen` says true; false when it never does.
  template <typename Seen>
  bool run_idle_until(std::optional<std::uint16_t> rx_queue, Seen&& seen) {
    LcoreWork work(*path_, rx_queue, /*takes_back=*/false);
    std::thread lcore([&] { work.run([this] { ++turns_; }); });
    const bool was_seen = poll_until(std::chrono::seconds(60), seen);
    path_->gate.finish = true;
    lcore.join();
    return was_seen;
  }

  std::atomic<std::uint64_t> turns_{0};
};

TEST_F(LcoreWorkTest, SleepsWhereTheWireCanWakeIt) {
  info_->wire_ports = 1;
  build();
  info_->server_naps = 6;
  EXPECT_TRUE(run_idle_until(0, [this] { return info_->server_naps > 8; }));
}

TEST_F(LcoreWorkTest, WithoutAWireNobodyIsTold) {
  build();
  EXPECT_TRUE(run_idle_until(0, [this] { return turns_ > kManyTurns; }));
  EXPECT_EQ(info_->server_naps, 0u);
}

}  // namespace
}  // namespace ringside::server
