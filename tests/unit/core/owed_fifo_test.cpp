// SPDX-License-Identifier: BSD-3-Clause
#include "core/owed_fifo.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <deque>

namespace ringside {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Where the n-th buffer would stand.
void* buffer(std::uint64_t n) {
  return reinterpret_cast<void*>(0x7f00'0000'0000 + n * 64);  // NOLINT: never dereferenced
}

class OwedFifoTest : public ::testing::Test {
 protected:
  /// One burst; returns the buffers that were to be handed over.
  std::vector<void*> push(std::initializer_list<std::uint64_t> numbers) {
    std::vector<OwedPacket> packets;
    for (const std::uint64_t n : numbers) packets.emplace_back(buffer(n), PortIndex{1}, 7);
    std::vector<void*> buffers(packets.size());
    fifo_.push(packets, buffers.data());
    return buffers;
  }
  std::size_t settle(std::initializer_list<std::uint64_t> numbers) {
    std::vector<void*> packets;
    for (const std::uint64_t n : numbers) packets.push_back(buffer(n));
    return fifo_.settle(packets);
  }
  std::vector<std::uint64_t> drained() {
    std::vector<OwedPacket> rest;
    fifo_.drain(rest);
    std::vector<std::uint64_t> numbers;
    for (const OwedPacket packet : rest) {
      numbers.push_back((reinterpret_cast<std::uintptr_t>(packet.packet()) - 0x7f00'0000'0000) /
                        64);
    }
    return numbers;
  }

  OwedFifo fifo_{8};
};

TEST(OwedPacket, HoldsBufferPortAndBucketInOneWord) {
  const OwedPacket packet(buffer(3), PortIndex{31}, 65535);
  EXPECT_EQ(packet.packet(), buffer(3));
  EXPECT_EQ(packet.port(), PortIndex{31});
  EXPECT_EQ(packet.bucket(), 65535);
  EXPECT_TRUE(packet.is(buffer(3)));
  EXPECT_FALSE(packet.is(buffer(4)));
}

TEST_F(OwedFifoTest, TakesNoNullPointerForAPacketThatCameBackBefore) {
  push({1, 2, 3});
  EXPECT_EQ(fifo_.settle_one(buffer(2)), Settled::kOutOfOrder);
  EXPECT_EQ(fifo_.settle_one(nullptr), Settled::kNotOwed);
  void* const packets[] = {buffer(1), nullptr};
  EXPECT_EQ(fifo_.settle(packets), 1u);
}

TEST_F(OwedFifoTest, SettlesWhatComesBackInOrder) {
  push({1, 2, 3});
  EXPECT_EQ(settle({1, 2}), 2u);
  EXPECT_EQ(fifo_.settled(), 2u);
  EXPECT_THAT(drained(), ElementsAre(3));
}

TEST_F(OwedFifoTest, StopsAtWhatIsNotTheOldest) {
  push({1, 2, 3});
  EXPECT_EQ(settle({1, 3}), 1u);
  EXPECT_EQ(fifo_.settle_one(buffer(3)), Settled::kOutOfOrder);
  EXPECT_EQ(fifo_.settle_one(buffer(2)), Settled::kInOrder);
  EXPECT_EQ(fifo_.settled(), 3u);
  EXPECT_THAT(drained(), ElementsAre());
}

TEST_F(OwedFifoTest, CallsTheNextOneInOrderAfterAGap) {
  push({1, 2, 3});
  EXPECT_EQ(fifo_.settle_one(buffer(2)), Settled::kOutOfOrder);
  EXPECT_EQ(settle({1, 3}), 1u);
  EXPECT_EQ(fifo_.settle_one(buffer(3)), Settled::kInOrder);
}

TEST_F(OwedFifoTest, DoesNotSettleWhatIsNotOwed) {
  push({1});
  EXPECT_EQ(settle({9}), 0u);
  EXPECT_EQ(fifo_.settle_one(buffer(9)), Settled::kNotOwed);
  EXPECT_EQ(settle({1, 1}), 1u);
  EXPECT_EQ(fifo_.settle_one(buffer(1)), Settled::kNotOwed) << "a second time";
  EXPECT_EQ(fifo_.settle_one(nullptr), Settled::kNotOwed);
}

TEST_F(OwedFifoTest, KeepsTheRoomOfAPacketThatStaysAway) {
  push({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(fifo_.room(), 0u);
  for (const std::uint64_t n : {2, 3, 4, 5, 6, 7, 8}) fifo_.settle_one(buffer(n));
  EXPECT_EQ(fifo_.room(), 0u) << "the oldest is still owed";
  EXPECT_THAT(drained(), ElementsAre(1));
  EXPECT_EQ(fifo_.room(), 8u);
}

TEST_F(OwedFifoTest, ABurstGoesOnAtTheFirstSlotAfterTheLast) {
  push({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(settle({1, 2, 3, 4, 5, 6}), 6u);
  EXPECT_THAT(push({7, 8, 9, 10, 11}),
              ElementsAre(buffer(7), buffer(8), buffer(9), buffer(10), buffer(11)));
  EXPECT_EQ(settle({7, 8, 9, 11, 10}), 3u) << "those before the first that is not in turn";
  EXPECT_EQ(settle({10, 11}), 2u);
  EXPECT_THAT(drained(), IsEmpty());
}

TEST_F(OwedFifoTest, ForgetsWhatTheRingDidNotTake) {
  push({1, 2, 3});
  fifo_.undo_push(2);
  EXPECT_THAT(drained(), ElementsAre(1));
}

RC_GTEST_PROP(OwedFifo, HoldsExactlyWhatWasPushedAndNotSettled, ()) {
  OwedFifo fifo(64);
  std::deque<std::uint64_t> model;
  std::uint64_t next = 1;
  for (int step = 0; step < 200; ++step) {
    if (*rc::gen::arbitrary<bool>() && fifo.room() > 0) {
      const OwedPacket packet(buffer(next), PortIndex{0}, 0);
      void* pushed = nullptr;
      fifo.push({&packet, 1}, &pushed);
      RC_ASSERT((pushed == buffer(next)));
      model.push_back(next++);
    } else if (!model.empty()) {
      const auto at = *rc::gen::inRange<std::size_t>(0, std::min<std::size_t>(model.size(), 3));
      void* const packet = buffer(model[at]);
      if (at == 0) {
        if (fifo.settle({&packet, 1}) == 0) {
          RC_ASSERT(fifo.settle_one(packet) == Settled::kInOrder);
        }
      } else {
        RC_ASSERT(fifo.settle_one(packet) == Settled::kOutOfOrder);
      }
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  std::vector<OwedPacket> rest;
  RC_ASSERT(fifo.drain(rest) == model.size());
  for (std::size_t i = 0; i < rest.size(); ++i) RC_ASSERT(rest[i].is(buffer(model[i])));
}

}  // namespace
}  // namespace ringside
