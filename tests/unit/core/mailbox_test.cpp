// SPDX-License-Identifier: BSD-3-Clause
#include "core/mailbox.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace ringside {
namespace {

TEST(Mailbox, GivesOutInOrderAndThenNothing) {
  Mailbox<int, 4> box;
  int item = 0;
  EXPECT_FALSE(box.pop(item));
  EXPECT_TRUE(box.push(1));
  EXPECT_TRUE(box.push(2));
  EXPECT_TRUE(box.pop(item));
  EXPECT_EQ(item, 1);
  EXPECT_TRUE(box.pop(item));
  EXPECT_EQ(item, 2);
  EXPECT_FALSE(box.pop(item));
}

TEST(Mailbox, RefusesWhatHasNoRoomAndLosesNothingElse) {
  Mailbox<int, 2> box;
  EXPECT_TRUE(box.push(1));
  EXPECT_TRUE(box.push(2));
  EXPECT_FALSE(box.push(3));
  int item = 0;
  box.pop(item);
  EXPECT_EQ(item, 1);
  EXPECT_TRUE(box.push(4));
  box.pop(item);
  EXPECT_EQ(item, 2);
  box.pop(item);
  EXPECT_EQ(item, 4);
}

TEST(Mailbox, LosesNothingBetweenTwoThreads) {
  const auto box = std::make_unique<Mailbox<int, 8>>();
  constexpr int kItems = 20'000;
  std::thread sender([&box] {
    for (int i = 0; i < kItems; ++i) {
      while (!box->push(i)) std::this_thread::yield();
    }
  });
  bool in_order = true;
  for (int i = 0; i < kItems; ++i) {
    int item = -1;
    while (!box->pop(item)) std::this_thread::yield();
    in_order = in_order && item == i;
  }
  sender.join();
  EXPECT_TRUE(in_order);
}

}  // namespace
}  // namespace ringside
