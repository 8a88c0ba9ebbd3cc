// SPDX-License-Identifier: BSD-3-Clause
// The search for the loss-free rate, against machines that are made up.
#include "harness/bench/loss_free.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "harness/bench/loss_free_bench.hpp"

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;

/// Loses packets above `carries`; its sender offers no more than `sends`.
struct Machine {
  double carries = 0;
  double sends = 1e12;

  Result<LossFreeTrial> operator()(double rate) const {
    const std::uint64_t offered = 1'000'000;
    return LossFreeTrial{
        rate, std::min(rate, sends), offered, rate > carries ? offered - 1 : offered, {}};
  }
};

LossFreeOutcome search(const Machine& machine, LossFreeSearch how) {
  const auto outcome = search_loss_free(how, machine);
  EXPECT_TRUE(outcome.ok());
  return *outcome;
}

TEST(LossFree, ASingleLostPacketIsALoss) {
  LossFreeTrial trial{1000, 1000, 500, 500, {}};
  EXPECT_EQ(verdict_of(trial), TrialVerdict::kLossFree);
  trial.delivered = 499;
  EXPECT_EQ(verdict_of(trial), TrialVerdict::kLossy);
}

TEST(LossFree, ATrialWhoseSenderDidNotKeepItsRateIsNoEvidence) {
  LossFreeTrial trial{1000, 989, 500, 500, {}};
  EXPECT_EQ(verdict_of(trial), TrialVerdict::kNoEvidence);
  trial.delivered = 0;
  EXPECT_EQ(verdict_of(trial), TrialVerdict::kNoEvidence);
  trial.sent_rate = 991;
  EXPECT_EQ(verdict_of(trial), TrialVerdict::kLossy);
}

RC_GTEST_PROP(LossFree, FindsTheRateToWithinTheResolution, ()) {
  const double carries = *rc::gen::inRange(100, 1000);
  const LossFreeOutcome outcome = search({carries}, {1000, 0.01, 100, 1});
  RC_ASSERT(outcome.best.has_value());
  RC_ASSERT(outcome.best->rate <= carries);
  RC_ASSERT(outcome.above > carries);
  RC_ASSERT(outcome.above - outcome.best->rate <= 0.01 * outcome.above);
  RC_ASSERT(outcome.bound == LossFreeBound::kLoss);
}

TEST(LossFree, DoublesTheRateAsLongAsNothingIsLost) {
  const LossFreeOutcome outcome = search({5000}, {1000, 0.01, 100, 1, 4});
  EXPECT_EQ(outcome.trials[1].rate, 2000);
  EXPECT_EQ(outcome.trials[3].rate, 8000);
  EXPECT_EQ(outcome.trials[4].rate, 6000);
  EXPECT_EQ(outcome.bound, LossFreeBound::kLoss);
  EXPECT_NEAR(outcome.best->rate, 5000, 60);
}

TEST(LossFree, EndsAtTheHighestRateWhenNothingIsEverLost) {
  const LossFreeOutcome outcome = search({1e9}, {1000, 0.01, 100, 1, 2});
  EXPECT_EQ(outcome.trials.size(), 3u);
  EXPECT_EQ(outcome.best->rate, 4000);
  EXPECT_EQ(outcome.bound, LossFreeBound::kHighest);
}

TEST(LossFree, ASenderThatIsTooSlowIsTriedAgainAndThenTheBound) {
  const LossFreeOutcome outcome = search({2000, 600}, {1000, 0.01, 100, 1});
  EXPECT_EQ(outcome.trials[0].rate, 1000);
  EXPECT_EQ(outcome.trials[1].rate, 1000);
  EXPECT_EQ(outcome.trials[2].rate, 500);
  EXPECT_EQ(outcome.bound, LossFreeBound::kSender);
  EXPECT_NEAR(outcome.best->rate, 600, 12) << "what a sender keeps to within 1 % counts";
}

TEST(LossFree, ALossBelowTheSendersLimitIsTheBound) {
  const LossFreeOutcome outcome = search({400, 600}, {1000, 0.01, 100, 1});
  EXPECT_EQ(outcome.bound, LossFreeBound::kLoss);
  EXPECT_NEAR(outcome.best->rate, 400, 4);
}

TEST(LossFree, ASenderThatStumblesOnceIsNoBound) {
  unsigned trials = 0;
  const auto outcome = search_loss_free({1000, 0.01, 100, 1, 0}, [&](double rate) {
    return Machine{2000, ++trials == 1 ? 10.0 : 1e12}(rate);
  });
  EXPECT_EQ(outcome->bound, LossFreeBound::kHighest);
  EXPECT_EQ(outcome->trials.size(), 2u);
}

TEST(LossFree, EndsWithItsTrials) {
  const LossFreeOutcome outcome = search({1}, {1000, 0.01, 6, 1});
  EXPECT_EQ(outcome.trials.size(), 6u);
  EXPECT_FALSE(outcome.best);
  EXPECT_EQ(outcome.bound, LossFreeBound::kTrials);
}

TEST(LossFree, ATrialThatCannotBeMadeEndsTheSearch) {
  const auto outcome = search_loss_free({1000, 0.01, 6, 1}, [](double) {
    return Result<LossFreeTrial>(Error{"no wire", ExitCode::kEnvironment});
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "no wire");
}

TEST(LossFree, MoreThanWasOfferedIsNoEvidenceAndNoLoss) {
  const LossFreeTrial late{1000, 1000, 9, 10, {}};
  EXPECT_EQ(late.lost(), 0u);
  EXPECT_EQ(verdict_of(late), TrialVerdict::kNoEvidence) << "one may hide the loss of another";
  const LossFreeTrial lossy{1000, 1000, 9, 7, {}};
  EXPECT_EQ(lossy.lost(), 2u);
  EXPECT_EQ(verdict_of(lossy), TrialVerdict::kLossy);
}

TEST(LossFreeReport, SaysTheRateItsLatenciesAndTheBound) {
  LossFreeOutcome found;
  found.best = LossFreeTrial{1'234'000, 1'234'000, 9, 9, {5'000, 6'000, 7'000}};
  found.bound = LossFreeBound::kSender;
  found.above = 1'300'000;
  found.trials = {*found.best};
  LossFreeOutcome none;
  none.above = 10'000;
  none.trials = {LossFreeTrial{10'000, 10'000, 9, 8, {}}};
  const LossFreeResult result{{},
                              {PortKind::kRing, "/x/imix.pcap", 360, 1522},
                              1,
                              0.02,
                              {{{}, found, "", true, 0.42, "", 80, 84},
                               {{}, none, "", false, 0, "", 80, 410},
                               {{}, std::nullopt, "one CPU", false, 0},
                               {{}, std::nullopt, "", false, 0, "the server ended"}}};
  const std::string table = loss_free_table(result);
  EXPECT_THAT(table,
              HasSubstr("    1.234      5.0      6.0       7.0       1           82  the sender at "
                        "1.300, oversubscribed\n"));
  EXPECT_THAT(table,
              HasSubstr("     none        -        -         -       1    80 -> 410  loss at "
                        "0.010\n"));
  EXPECT_THAT(table, HasSubstr("failed: the server ended\n"));
  EXPECT_THAT(table, HasSubstr("Not quiet: other programs took up to 42 %"));
  EXPECT_THAT(table, HasSubstr("skipped: one CPU\n"));
  const std::string json = loss_free_json(result, "again");
  EXPECT_THAT(json, HasSubstr(R"("loss_free_rate": 1234000.0)"));
  EXPECT_THAT(json, HasSubstr(R"("loss_free_rate": null)"));
  EXPECT_THAT(json, HasSubstr(R"("verdict": "lossy")"));
  EXPECT_THAT(json, HasSubstr(R"("failed": "the server ended")"));
  EXPECT_THAT(json, HasSubstr(R"("others_share": 0.42)"));
  EXPECT_THAT(json, HasSubstr(R"("round_trip_after_ns": 410.0)"));
}

}  // namespace
}  // namespace ringside::harness
