// SPDX-License-Identifier: BSD-3-Clause
#include "harness/up/output_follower.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/pcap/files.hpp"

namespace ringside::harness {
namespace {

class OutputFollowerTest : public ::testing::Test {
 protected:
  OutputFollowerTest() { follower_.follow("client0", file_); }
  void write(const std::string& text) { std::ofstream(file_, std::ios::app) << text; }

  ringside::fixtures::ScratchDirectory scratch_;
  const std::string file_ = scratch_.path("output");
  std::string printed_;
  OutputFollower follower_{[this](const std::string& text) { printed_ += text; }};
};

TEST_F(OutputFollowerTest, WaitsForAFileThatIsNotThereYet) {
  follower_.forward();
  EXPECT_EQ(printed_, "");
}

TEST_F(OutputFollowerTest, PrintsEachLineOnceWithTheNameInFront) {
  write("one\ntwo\n");
  follower_.forward();
  follower_.forward();
  EXPECT_EQ(printed_, "client0 | one\nclient0 | two\n");
}

TEST_F(OutputFollowerTest, WaitsForTheEndOfALine) {
  write("on");
  follower_.forward();
  EXPECT_EQ(printed_, "");
  write("e\n");
  follower_.forward();
  EXPECT_EQ(printed_, "client0 | one\n");
}

TEST_F(OutputFollowerTest, TheLastLineNeedsNoEnd) {
  write("one\nlast words");
  follower_.finish("client0");
  EXPECT_EQ(printed_, "client0 | one\nclient0 | last words\n");
}

TEST_F(OutputFollowerTest, WhatFinishedIsNotFollowedAnyMore) {
  follower_.finish("client0");
  write("one\n");
  follower_.forward();
  EXPECT_EQ(printed_, "");
}

}  // namespace
}  // namespace ringside::harness
