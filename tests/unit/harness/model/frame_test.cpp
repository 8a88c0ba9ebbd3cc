// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/frame.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ringside::harness {
namespace {

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string text(const Frame& frame) {
  return {reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size()};
}

TEST(FrameList, KeepsBytesTimesAndOrder) {
  FrameList frames;
  frames.add(bytes("first"), 7);
  frames.add(bytes(""), 8);
  frames.add(bytes("third"), 9, 100);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(text(frames[0]), "first");
  EXPECT_EQ(text(frames[1]), "");
  EXPECT_EQ(text(frames[2]), "third");
  EXPECT_EQ(frames[2].time_ns, 9u);
  EXPECT_EQ(frames[0].original_length, 5u);
  EXPECT_EQ(frames[2].original_length, 100u);
  EXPECT_EQ(frames.total_bytes(), 10u);
}

TEST(FrameList, AppendsAnotherListAndEvenItself) {
  FrameList frames;
  frames.add(bytes("a"), 1);
  frames.add(bytes("bc"), 2);
  frames.add(frames);
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(text(frames[2]), "a");
  EXPECT_EQ(text(frames[3]), "bc");
  EXPECT_EQ(frames[3].time_ns, 2u);
}

TEST(FrameList, ACopyOwnsItsBytes) {
  FrameList copy;
  {
    FrameList frames;
    frames.add(bytes("gone"));
    copy = frames;
  }
  EXPECT_EQ(text(copy[0]), "gone");
}

}  // namespace
}  // namespace ringside::harness
