// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/suggest.hpp"

#include <gtest/gtest.h>

namespace ringside::harness {
namespace {

const std::vector<std::string> kWords{"policy", "ring_size", "ring_mode", "tx"};

TEST(Nearest, FindsWhatATypingErrorWasMeantToBe) {
  EXPECT_EQ(nearest("polciy", kWords), "policy");
  EXPECT_EQ(nearest("ringsize", kWords), "ring_size");
  EXPECT_EQ(nearest("ring-mode", kWords), "ring_mode");
}

TEST(Nearest, HasNothingToSayAboutAnotherWord) {
  EXPECT_EQ(nearest("elephant", kWords), "");
  EXPECT_EQ(did_you_mean("elephant", kWords), "");
}

TEST(DidYouMean, IsTheEndOfASentence) {
  EXPECT_EQ(did_you_mean("tz", kWords), " (did you mean \"tx\"?)");
}

}  // namespace
}  // namespace ringside::harness
