// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/identity.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

#include "tests/unit/core/frames.hpp"

namespace ringside::harness {
namespace {

using test::Bytes;
using test::operator+;

Bytes frame_of(unsigned length, unsigned value) {
  return Bytes(length, static_cast<std::byte>(value));
}

TEST(IdentityTable, NumbersContentsInTheOrderOfTheirFirstAppearance) {
  const Bytes a = frame_of(60, 1), b = frame_of(60, 2), c = frame_of(61, 1), a2 = a;
  IdentityTable table(false);
  EXPECT_EQ(table.number(a), 0u);
  EXPECT_EQ(table.number(b), 1u);
  EXPECT_EQ(table.number(c), 2u) << "the length counts";
  EXPECT_EQ(table.number(a2), 0u);
  EXPECT_EQ(table.size(), 3u);
  EXPECT_EQ(table.content(1).data(), b.data());
}

TEST(IdentityTable, IgnoresTheMarkAndNothingElse) {
  const Bytes original = frame_of(60, 1);
  for (std::size_t i = 0; i < original.size(); ++i) {
    Bytes changed = original;
    changed[i] = std::byte{9};
    IdentityTable ignoring(true);
    IdentityTable strict(false);
    const bool in_mark = i >= kMarkOffset && i < kMarkOffset + kMarkLength;
    EXPECT_EQ(ignoring.number(original) == ignoring.number(changed), in_mark) << i;
    EXPECT_NE(strict.number(original), strict.number(changed)) << i;
  }
}

TEST(IdentityTable, AFrameThatEndsWithinTheMarkCountsWhole) {
  const Bytes a = frame_of(11, 1);
  Bytes b = a;
  b[10] = std::byte{2};
  IdentityTable table(true);
  EXPECT_NE(table.number(a), table.number(b));
}

RC_GTEST_PROP(IdentityTable, AgreesWithComparingBytes, ()) {
  const auto texts = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::element('a', 'b')));
  std::map<std::string, std::uint32_t> expected;
  IdentityTable table(false);
  for (const std::string& text : texts) {
    const auto number = static_cast<std::uint32_t>(expected.size());
    const std::uint32_t want = expected.try_emplace(text, number).first->second;
    RC_ASSERT(table.number(std::as_bytes(std::span(text))) == want);
  }
}

TEST(IdentityTable, GrowsPastItsFirstSize) {
  std::vector<Bytes> frames;
  for (unsigned i = 0; i < 5000; ++i) frames.push_back(test::be16(i) + frame_of(20, 0));
  IdentityTable table(true);
  for (unsigned i = 0; i < frames.size(); ++i) ASSERT_EQ(table.number(frames[i]), i);
  for (unsigned i = 0; i < frames.size(); ++i) ASSERT_EQ(table.number(frames[i]), i);
}

TEST(Mark, IsReadFromTheSourceMac) {
  const Bytes frame = test::raw({1, 1, 1, 1, 1, 1, 2, 0, 0, 0, 15, 3, 8, 0});
  const auto mark = read_mark(frame);
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->client, 15u);
  EXPECT_EQ(mark->port, 3u);
}

TEST(Mark, IsNotSeenInAnotherMacOrARunt) {
  EXPECT_FALSE(read_mark(test::raw({1, 1, 1, 1, 1, 1, 2, 0, 0, 1, 15, 3, 8, 0})));
  EXPECT_FALSE(read_mark(test::raw({1, 1, 1, 1, 1, 1, 2, 0, 0, 0, 15, 3, 8})));
  EXPECT_FALSE(read_mark({}));
}

}  // namespace
}  // namespace ringside::harness
