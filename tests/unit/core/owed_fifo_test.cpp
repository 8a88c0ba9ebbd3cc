// SPDX-License-Identifier: BSD-3-Clause
#include "core/owed_fifo.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <deque>
#include <thread>

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
  static constexpr std::size_t kStaged = 6;

  void stage(std::initializer_list<std::uint64_t> numbers) {
    const OwedFifo::Stage stage = fifo_.stage(staged_);
    for (const std::uint64_t n : numbers) {
      stage.packets[staged_] = buffer(n);
      stage.origins[staged_++] = origin(n);
    }
  }
  void push(std::size_t count) {
    fifo_.push(count);
    staged_ -= count;
  }
  void push(std::initializer_list<std::uint64_t> numbers) {
    stage(numbers);
    push(numbers.size());
  }
  /// Another one than that of its neighbours.
  static Origin origin(std::uint64_t n) {
    return {ClientId{1}, PortIndex{static_cast<std::uint8_t>(n % 32)},
            static_cast<std::uint16_t>(n * 1000)};
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
    for (const OwedPacket& each : rest) {
      numbers.push_back((reinterpret_cast<std::uintptr_t>(each.packet) - 0x7f00'0000'0000) / 64);
      EXPECT_EQ(each.origin, origin(numbers.back()));
    }
    return numbers;
  }

  OwedFifo fifo_{8, kStaged};
  std::size_t staged_ = 0;
};

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

TEST_F(OwedFifoTest, ShowsItsOwnCopyOfWhatComesBackInOrder) {
  push({1, 2, 3});
  const std::vector<void*> back{buffer(1), buffer(2)};
  const auto mine = fifo_.matching(back);
  EXPECT_THAT(mine, ElementsAre(buffer(1), buffer(2)));
  EXPECT_NE(mine.data(), back.data());
  EXPECT_EQ(fifo_.size(), 3u) << "they are owed until they are settled";
  fifo_.settle_oldest(2);
  EXPECT_THAT(drained(), ElementsAre(3));
}

TEST_F(OwedFifoTest, ShowsNothingOfABurstThatIsNotWhatIsOwed) {
  push({1, 2, 3});
  const auto shown = [this](std::vector<void*> back) { return fifo_.matching(back).size(); };
  EXPECT_EQ(shown({buffer(2)}), 0u);
  EXPECT_EQ(shown({buffer(1), buffer(3)}), 0u);
  EXPECT_EQ(shown({buffer(1), nullptr}), 0u);
  EXPECT_EQ(shown({buffer(1), buffer(2), buffer(3), buffer(4)}), 3u) << "one too many";
  fifo_.settle_one(buffer(2));
  EXPECT_EQ(shown({buffer(1)}), 0u) << "with a gap it takes the long way";
}

TEST_F(OwedFifoTest, ShowsWhatStandsInARow) {
  const std::size_t lap = 8 + kStaged;
  std::uint64_t n = 0;
  for (; n < lap - 2; ++n) {
    push({n});
    settle({n});
  }
  push({n, n + 1, n + 2});
  const std::vector<void*> back{buffer(n), buffer(n + 1), buffer(n + 2)};
  ASSERT_EQ(fifo_.matching(back).size(), 2u) << "up to the last slot";
  fifo_.settle_oldest(2);
  EXPECT_THAT(fifo_.matching(std::span(back).last(1)), ElementsAre(buffer(n + 2)));
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
  push({1, 2, 3, 4, 5, 6});
  push({7, 8});
  EXPECT_EQ(fifo_.room(), 0u);
  for (const std::uint64_t n : {2, 3, 4, 5, 6, 7, 8}) fifo_.settle_one(buffer(n));
  EXPECT_EQ(fifo_.room(), 0u) << "the oldest is still owed";
  EXPECT_THAT(drained(), ElementsAre(1));
  EXPECT_EQ(fifo_.room(), 8u);
}

TEST_F(OwedFifoTest, ABurstGoesOnInTheFirstSlotAfterTheLast) {
  push({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(settle({1, 2, 3, 4, 5, 6}), 6u);
  push({7, 8, 9, 10, 11, 12});
  push({13, 14});
  EXPECT_EQ(settle({7, 8, 9, 10, 11, 12, 13}), 7u);
  push({15, 16, 17, 18, 19, 20});
  EXPECT_EQ(settle({14, 15, 16, 18, 17}), 3u) << "those before the first that is not in turn";
  EXPECT_EQ(settle({17}), 1u);
  EXPECT_THAT(drained(), ElementsAre(18, 19, 20));
}

TEST_F(OwedFifoTest, WhatStaysOnTheStageIsOwedLater) {
  stage({1, 2, 3, 4});
  push(1);
  stage({5, 6});
  EXPECT_EQ(fifo_.size(), 1u);
  EXPECT_EQ(settle({1, 2}), 1u) << "2 is not owed yet";
  push(5);
  EXPECT_EQ(settle({2, 3}), 2u);
  EXPECT_THAT(drained(), ElementsAre(4, 5, 6));
}

TEST_F(OwedFifoTest, PutsBackOnTheStageWhatTheRingDidNotTake) {
  push({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(settle({1, 2, 3, 4, 5, 6}), 6u);
  // Before, over and behind the end of a lap.
  for (const std::uint64_t first : {7, 12, 17, 22}) {
    stage({first, first + 1, first + 2, first + 3, first + 4});
    push(5);
    fifo_.undo_push(3);
    staged_ += 3;
    EXPECT_EQ(settle({first, first + 1, first + 2}), 2u);
    stage({});
    push(2);
    EXPECT_EQ(settle({first + 2, first + 3, first + 4}), 2u);
    stage({});
    push(1);
    EXPECT_THAT(drained(), ElementsAre(first + 4));
  }
}

TEST(OwedFifo, IsNeverFullerForAnotherThreadThanItCanBe) {
  OwedFifo fifo(8, 8);
  std::atomic<bool> end{false};
  std::thread mover([&] {
    void* const packets[] = {buffer(1), buffer(2)};
    while (!end) {
      std::ranges::copy(packets, fifo.stage(0).packets);
      fifo.push(2);
      fifo.settle(packets);
    }
  });
  std::size_t most = 0;
  for (int i = 0; i < 2'000'000; ++i) most = std::max(most, fifo.size());
  end = true;
  mover.join();
  EXPECT_GE(most, 2u);
  EXPECT_LE(most, std::size_t{1} << 40) << "more may have come and gone between, but it wrapped";
}

/// What the producer does with the stage and the consumer with the books, in any order.
RC_GTEST_PROP(OwedFifo, HoldsExactlyWhatWasPushedAndNotSettled, ()) {
  constexpr std::size_t kStaged = 8;
  OwedFifo fifo(16, kStaged);
  std::deque<std::uint64_t> staged, owed;
  std::uint64_t next = 1;
  for (int step = 0; step < 400; ++step) {
    switch (*rc::gen::weightedElement<int>({{4, 0}, {2, 1}, {1, 2}, {1, 3}})) {
      case 0:
        if (staged.size() < kStaged) {
          const auto stage = fifo.stage(staged.size());
          stage.packets[staged.size()] = buffer(next);
          stage.origins[staged.size()] = {ClientId{0}, PortIndex{0}, std::uint16_t(next)};
          staged.push_back(next++);
        }
        break;
      case 1: {
        const std::size_t most = std::min(fifo.room(), staged.size());
        const auto count = *rc::gen::inRange<std::size_t>(0, most + 1);
        const auto refused = *rc::gen::inRange<std::size_t>(0, count + 1);
        fifo.push(count);
        fifo.undo_push(refused);
        for (std::size_t i = 0; i < count - refused; ++i) {
          owed.push_back(staged.front());
          staged.pop_front();
        }
        fifo.stage(staged.size());
        break;
      }
      case 2: {
        std::vector<void*> burst;
        for (const std::uint64_t n : owed) burst.push_back(buffer(n));
        burst.resize(*rc::gen::inRange<std::size_t>(0, burst.size() + 1));
        std::size_t settled = fifo.settle(burst);
        for (; settled < burst.size(); ++settled) {
          RC_ASSERT(fifo.settle_one(burst[settled]) == Settled::kInOrder);
        }
        owed.erase(owed.begin(), owed.begin() + static_cast<std::ptrdiff_t>(burst.size()));
        break;
      }
      case 3:
        if (owed.size() > 1) {
          const auto at = *rc::gen::inRange<std::size_t>(1, owed.size());
          RC_ASSERT(fifo.settle_one(buffer(owed[at])) == Settled::kOutOfOrder);
          owed.erase(owed.begin() + static_cast<std::ptrdiff_t>(at));
        }
        break;
    }
  }
  std::vector<OwedPacket> rest;
  RC_ASSERT(fifo.drain(rest) == owed.size());
  for (std::size_t i = 0; i < rest.size(); ++i) {
    RC_ASSERT((rest[i].packet == buffer(owed[i])));
    RC_ASSERT(rest[i].origin.bucket() == std::uint16_t(owed[i]));
  }
}

}  // namespace
}  // namespace ringside
