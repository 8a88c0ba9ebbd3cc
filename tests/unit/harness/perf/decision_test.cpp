// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/decision.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ringside::harness::perf {
namespace {

constexpr Rule kOnePercent{.threshold = 0.01, .alpha = 0.001};

MedianBounds between(double lower_percent, double upper_percent) {
  const double low = std::log1p(lower_percent / 100), high = std::log1p(upper_percent / 100);
  return {low, (low + high) / 2, high};
}

TEST(Decision, ALowerBoundAboveTheThresholdIsWorse) {
  EXPECT_EQ(judge(between(1.1, 9), kOnePercent), Verdict::kWorse);
  EXPECT_EQ(judge(between(0.9, 1.2), kOnePercent), Verdict::kSame);
}

TEST(Decision, AnUpperBoundBelowTheMirroredThresholdIsBetter) {
  EXPECT_EQ(judge(between(-9, -1.1), kOnePercent), Verdict::kBetter);
  EXPECT_EQ(judge(between(-1.2, -0.9), kOnePercent), Verdict::kSame);
}

TEST(Decision, BoundsThatAChangeWorthSeeingWouldFitInAreTooNoisy) {
  EXPECT_EQ(judge(between(-2.9, 2.9), kOnePercent), Verdict::kSame);
  EXPECT_EQ(judge(between(0, 3.1), kOnePercent), Verdict::kTooNoisy);
  EXPECT_EQ(judge(between(-3.1, 0), kOnePercent), Verdict::kTooNoisy);
  EXPECT_EQ(judge(std::nullopt, kOnePercent), Verdict::kTooNoisy);
}

TEST(Decision, TheThresholdIsTheUsers) {
  EXPECT_EQ(judge(between(4, 6), {.threshold = 0.05}), Verdict::kSame);
  EXPECT_EQ(judge(between(4, 6), {.threshold = 0.03}), Verdict::kWorse);
}

TEST(Decision, AnAlarmNeedsTheSecondBatchToRaiseItToo) {
  EXPECT_EQ(confirm(Verdict::kWorse, Verdict::kWorse), Verdict::kWorse);
  EXPECT_EQ(confirm(Verdict::kBetter, Verdict::kBetter), Verdict::kBetter);
  EXPECT_EQ(confirm(Verdict::kWorse, Verdict::kSame), Verdict::kSame);
  EXPECT_EQ(confirm(Verdict::kWorse, Verdict::kTooNoisy), Verdict::kTooNoisy);
  EXPECT_EQ(confirm(Verdict::kWorse, Verdict::kBetter), Verdict::kTooNoisy);
  EXPECT_EQ(confirm(Verdict::kBetter, Verdict::kWorse), Verdict::kTooNoisy);
}

TEST(Decision, RunsApartDifferWhenTheirBoundsDo) {
  const MedianBounds base{98, 100, 102};
  EXPECT_EQ(judge_apart(base, MedianBounds{108, 110, 112}, 0.05), Verdict::kWorse);
  EXPECT_EQ(judge_apart(base, MedianBounds{106, 108, 110}, 0.05), Verdict::kSame)
      << "106 / 102 is less than 1.05";
  EXPECT_EQ(judge_apart(base, MedianBounds{88, 90, 92}, 0.05), Verdict::kBetter);
  EXPECT_EQ(judge_apart(base, MedianBounds{80, 100, 120}, 0.05), Verdict::kTooNoisy);
  EXPECT_EQ(judge_apart(base, std::nullopt, 0.05), Verdict::kTooNoisy);
}

TEST(Decision, VerdictsHaveTheirWords) {
  EXPECT_EQ(to_text(Verdict::kBetter), "better");
  EXPECT_EQ(to_text(Verdict::kSame), "same");
  EXPECT_EQ(to_text(Verdict::kWorse), "worse");
  EXPECT_EQ(to_text(Verdict::kTooNoisy), "too noisy to say");
}

}  // namespace
}  // namespace ringside::harness::perf
