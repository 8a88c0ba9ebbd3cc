// SPDX-License-Identifier: BSD-3-Clause
// A client that sleeps and a server that wakes it, on a block and a ring in memory that two
// processes share: no EAL.
#include "dpdk/doorbell.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <new>
#include <string>

#include "core/idle.hpp"
#include "core/shared_layout.hpp"
#include "dpdk/ring.hpp"

namespace ringside::dpdk {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr ClientId kClient{0};
constexpr unsigned kRingSize = 8;
constexpr auto kNever = seconds(600);  ///< longer than a test may last

/// What the two sides share.
struct Shared {
  shared::SharedInfo info;
  alignas(64) std::byte ring[1024];
};

class DoorbellTest : public ::testing::Test {
 protected:
  DoorbellTest()
      : shared_(new (::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Shared{}),
        ring_(reinterpret_cast<::rte_ring*>(shared_->ring)),
        ringer_(slot().naps, slot().verdict.bell) {
    ::rte_ring_init(ring_.get(), "work", kRingSize, RING_F_SP_ENQ | RING_F_SC_DEQ);
  }
  ~DoorbellTest() override { ::munmap(shared_, sizeof(Shared)); }

  shared::ClientSlot& slot() { return shared_->info.client[kClient.value]; }
  std::uint32_t naps() { return slot().naps.load(); }
  std::uint32_t bell() { return slot().verdict.bell.load(); }
  void put_a_packet() {
    const Packet packet = reinterpret_cast<Packet>(0x1000);  // NOLINT: never dereferenced
    ASSERT_EQ(ring_.enqueue({&packet, 1}), 1u);
    ++handed_;
  }
  void look() {
    ringer_.look(handed_, [this] { return ring_.used() > 0; });
  }
  Sleeper sleeper() { return {slot().naps, slot().verdict.bell}; }
  /// "4711 (name) S ..."
  static bool sleeps(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    std::getline(file, line);
    return line.find(") S ") != std::string::npos;
  }

  Shared* const shared_;
  const RingView ring_;
  Ringer ringer_;
  std::uint64_t handed_ = 0;
};

TEST_F(DoorbellTest, AClientInAnotherProcessIsWoken) {
  const pid_t client = ::fork();
  ASSERT_GE(client, 0);
  if (client == 0) {
    ::alarm(120);  // or it would outlive a test that failed
    sleeper().sleep(kNever, [&] { return ring_.used() > 0; });
    ::_exit(ring_.used() > 0 ? 0 : 1);
  }
  EXPECT_TRUE(poll_until(seconds(60), [&] { return naps() == 1 && sleeps(client); }));
  put_a_packet();
  look();
  int status = -1;
  ASSERT_EQ(::waitpid(client, &status, 0), client);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(naps(), 2u);
}

TEST_F(DoorbellTest, AClientThatFindsSomethingDoesNotSleep) {
  const auto begin = steady_clock::now();
  sleeper().sleep(kNever, [] { return true; });
  EXPECT_LT(steady_clock::now() - begin, kNever / 2);
  EXPECT_EQ(naps(), 2u);
}

TEST_F(DoorbellTest, ABellThatRingsWhileTheClientFallsAsleepIsNotMissed) {
  const auto begin = steady_clock::now();
  sleeper().sleep(kNever, [&] {
    put_a_packet();
    look();
    return false;  // it did not see the packet, which was too late for that
  });
  EXPECT_LT(steady_clock::now() - begin, kNever / 2);
}

TEST_F(DoorbellTest, WithoutABellTheSleepEndsByItself) {
  const auto begin = steady_clock::now();
  sleeper().sleep(milliseconds(30), [] { return false; });
  EXPECT_GE(steady_clock::now() - begin, milliseconds(30));
  EXPECT_EQ(naps(), 2u);
}

TEST_F(DoorbellTest, RingsOnceForEachSleepWithNewPackets) {
  slot().naps = 1;
  put_a_packet();
  look();
  look();
  EXPECT_EQ(bell(), 1u);
  slot().naps = 2;
  look();
  EXPECT_EQ(bell(), 1u);
  put_a_packet();
  slot().naps = 3;
  look();
  EXPECT_EQ(bell(), 2u);
}

TEST_F(DoorbellTest, AClientThatOnlySaysItSleepsMakesItRingOnce) {
  put_a_packet();
  for (std::uint32_t naps = 1; naps < 100; ++naps) {
    slot().naps = naps;
    look();
  }
  EXPECT_EQ(bell(), 1u);
}

TEST_F(DoorbellTest, DoesNotRingForWhoIsAwakeOrHasNoPackets) {
  put_a_packet();
  look();
  slot().naps = 2;
  look();
  EXPECT_EQ(bell(), 0u) << "awake";
  Packet packet = nullptr;
  ASSERT_EQ(ring_.dequeue({&packet, 1}), 1u);
  slot().naps = 3;
  look();
  EXPECT_EQ(bell(), 0u) << "no packets";
  put_a_packet();
  look();
  EXPECT_EQ(bell(), 1u) << "one that comes later";
}

TEST_F(DoorbellTest, TheNextClientOfASlotIsAwake) {
  slot().naps = 7;  // one was killed in its sleep
  sleeper();
  EXPECT_EQ(naps(), 8u);
}

}  // namespace
}  // namespace ringside::dpdk
