// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/pairs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

namespace ringside::harness::perf {
namespace {

/// One benchmark: times by side and number of the sample on that side.
class FakeSource final : public SampleSource {
 public:
  using Times = std::function<Sample(Side, std::size_t)>;
  explicit FakeSource(Times times) : times_(std::move(times)) {}

  Status start() override {
    ++starts;
    return Done{};
  }
  Status warm_up(std::size_t) override { return Done{}; }
  Result<Sample> take(std::size_t, Side side) override {
    order.push_back(side);
    if (order.size() == fails_at) return environment_error("it ended");
    return times_(side, taken_[side == Side::kHead]++);
  }

  std::size_t starts = 0;
  std::size_t fails_at = 0;
  std::vector<Side> order;

 private:
  Times times_;
  std::size_t taken_[2] = {0, 0};
};

FakeSource::Times head_slower_by(double factor) {
  return [factor](Side side, std::size_t i) {
    const double noise = 1 + 0.001 * static_cast<double>(i % 7);
    return Sample{1e6 * noise * (side == Side::kHead ? factor : 1), {}};
  };
}

Comparison must_compare(FakeSource& source, PairPlan plan = {}) {
  std::mt19937_64 lots(7);
  auto comparisons = compare(source, {plan}, {}, lots);
  EXPECT_TRUE(comparisons);
  return comparisons ? comparisons->at(0) : Comparison{};
}

TEST(Pairs, TheSameTimesAreTheSameAfterOneBatch) {
  FakeSource source(head_slower_by(1));
  const Comparison comparison = must_compare(source);
  EXPECT_EQ(comparison.verdict, Verdict::kSame);
  ASSERT_EQ(comparison.batches.size(), 1u);
  EXPECT_EQ(comparison.batches[0].base.size(), 40u);
  EXPECT_EQ(comparison.batches[0].head.size(), 40u);
  EXPECT_EQ(comparison.batches[0].log_ratios, std::vector<double>(40, 0));
}

TEST(Pairs, AnAlarmIsConfirmedByASecondBatch) {
  FakeSource slower(head_slower_by(1.05));
  EXPECT_EQ(must_compare(slower).verdict, Verdict::kWorse);
  EXPECT_EQ(slower.order.size(), 1600u) << "two batches of 40 pairs of 10 pieces";
  FakeSource faster(head_slower_by(0.95));
  EXPECT_EQ(must_compare(faster).verdict, Verdict::kBetter);
}

TEST(Pairs, AnAlarmThatDoesNotComeAgainIsNone) {
  FakeSource source([](Side side, std::size_t i) {
    return Sample{side == Side::kHead && i < 400 ? 1.05e6 : 1e6, {}};
  });
  const Comparison comparison = must_compare(source);
  EXPECT_EQ(comparison.verdict, Verdict::kSame);
  EXPECT_EQ(comparison.batches.size(), 2u);
}

TEST(Pairs, WhoBeginsIsDrawnByLot) {
  FakeSource source(head_slower_by(1));
  must_compare(source);
  std::size_t base_first = 0;
  for (std::size_t i = 0; i < source.order.size(); i += 2) {
    EXPECT_NE(source.order[i], source.order[i + 1]) << "a piece has one of each";
    if (source.order[i] == Side::kBase) ++base_first;
  }
  EXPECT_GT(base_first, 100u);
  EXPECT_LT(base_first, 300u);
}

TEST(Pairs, AChangeOfTheMachinesSpeedWithinAPairDecidesNothing) {
  // Twice as slow from the 5th piece of each pair on, and one build meets it a piece earlier.
  FakeSource source([](Side side, std::size_t i) {
    const std::size_t slow_from = side == Side::kHead ? 4 : 5;
    return Sample{i % 10 >= slow_from ? 2e6 : 1e6, {}};
  });
  EXPECT_EQ(must_compare(source).verdict, Verdict::kSame);
}

TEST(Pairs, ADisturbedPieceIsRepeatedAndCountsForNothing) {
  FakeSource source([](Side side, std::size_t i) {
    const bool disturbed = side == Side::kHead && i % 2 == 1;
    return Sample{disturbed ? 9e6 : 1e6, {.switches = disturbed ? 2u : 0u}};
  });
  const Comparison comparison = must_compare(source, {.pairs = 40, .pieces = 1});
  EXPECT_EQ(comparison.verdict, Verdict::kSame);
  const Batch& batch = comparison.batches[0];
  EXPECT_EQ(batch.head, std::vector<double>(40, 1e6));
  EXPECT_EQ(batch.disturbed, 39u);
  EXPECT_EQ(batch.disturbance, (Disturbance{0, 78}));
}

TEST(Pairs, WithNothingButDisturbedPiecesThereIsAnEndAndNoVerdict) {
  FakeSource source([](Side, std::size_t) { return Sample{1e6, {.steal_ticks = 1}}; });
  const Comparison comparison = must_compare(source, {.pairs = 10, .pieces = 1});
  EXPECT_EQ(comparison.verdict, Verdict::kTooNoisy);
  EXPECT_TRUE(comparison.batches[0].base.empty());
  EXPECT_EQ(comparison.batches[0].disturbed, 11u) << "the first one and ten repeats";
}

Sample crossing(double nanoseconds, std::uint64_t before, std::uint64_t after) {
  return {nanoseconds, {}, RoundTrips{before, after}};
}

TEST(Pairs, APieceBetweenRoundTripsThatDifferCountsForNothing) {
  FakeSource source([](Side, std::size_t i) {
    return i % 2 == 0 ? crossing(1e6, 100, 120) : crossing(9e6, 100, 126);
  });
  const Comparison comparison = must_compare(source, {.pairs = 40, .pieces = 1});
  EXPECT_EQ(comparison.batches[0].base, std::vector<double>(40, 1e6));
  EXPECT_EQ(comparison.batches[0].disturbed, 39u);
  EXPECT_EQ(comparison.batches[0].unsteady, 39u) << "which is why";
}

TEST(Pairs, APieceWhoseTwoSidesMetDifferentRoundTripsCountsForNothing) {
  FakeSource source([](Side side, std::size_t i) {
    const bool slow = side == Side::kHead && i % 2 == 1;
    return slow ? crossing(4e6, 400, 400) : crossing(1e6, 100, 100);
  });
  const Comparison comparison = must_compare(source, {.pairs = 40, .pieces = 1});
  EXPECT_EQ(comparison.batches[0].head, std::vector<double>(40, 1e6));
}

TEST(Pairs, OnlyPairsOfTheCommonestSpeedArePutTogether) {
  // Every third pair at another speed, at which one build seems much slower.
  FakeSource source([](Side side, std::size_t i) {
    if (i % 3 == 0) return crossing(side == Side::kHead ? 9e6 : 4e6, 540, 540);
    return crossing(1e6, 100 + i % 10, 105);
  });
  const Comparison comparison = must_compare(source, {.pairs = 40, .pieces = 1});
  EXPECT_EQ(comparison.verdict, Verdict::kSame);
  const Batch& batch = comparison.batches[0];
  EXPECT_EQ(batch.log_ratios, std::vector<double>(40, 0));
  EXPECT_EQ(batch.round_trips.size(), 40u);
  EXPECT_EQ(batch.other_speeds, 20u);
}

TEST(Pairs, WhenNoSpeedIsTheCommonOneThereIsAnEnd) {
  constexpr std::uint64_t kRoundTrips[] = {100, 300, 900};
  FakeSource source(
      [&](Side, std::size_t i) { return crossing(1e6, kRoundTrips[i % 3], kRoundTrips[i % 3]); });
  const Comparison comparison = must_compare(source, {.pairs = 40, .pieces = 1});
  EXPECT_EQ(comparison.batches[0].base.size(), 27u);
  EXPECT_EQ(comparison.batches[0].other_speeds, 53u) << "80 pairs in all";
}

TEST(Pairs, AcrossCpusThereAreFourTimesThePairsInOnePiece) {
  const PairPlan plan = across_cpus({});
  EXPECT_EQ(plan.pairs, 160u);
  EXPECT_EQ(plan.pieces, 1u);
}

TEST(Pairs, BothBuildsStartAnewForEachPair) {
  FakeSource source(head_slower_by(1));
  must_compare(source);
  EXPECT_EQ(source.starts, 40u);
}

TEST(Pairs, AProgramThatEndsEndsTheComparison) {
  FakeSource source(head_slower_by(1));
  source.fails_at = 5;
  std::mt19937_64 lots(7);
  const auto comparisons = compare(source, {PairPlan{}}, {}, lots);
  ASSERT_FALSE(comparisons);
  EXPECT_EQ(comparisons.error().message, "it ended");
}

/// Several benchmarks; what is asked for in words: "start", "warm 0", "base 0", "head 1".
class SpyingSource final : public SampleSource {
 public:
  Status start() override {
    asked.emplace_back("start");
    return Done{};
  }
  Status warm_up(std::size_t benchmark) override {
    asked.push_back("warm " + std::to_string(benchmark));
    return Done{};
  }
  Result<Sample> take(std::size_t benchmark, Side side) override {
    const bool head = side == Side::kHead;
    asked.push_back((head ? "head " : "base ") + std::to_string(benchmark));
    return Sample{head ? head_ns.at(benchmark) : 1e6, {}};
  }
  std::size_t count(const std::string& words) const {
    return static_cast<std::size_t>(std::ranges::count(asked, words));
  }

  std::vector<double> head_ns;
  std::vector<std::string> asked;
};

TEST(Pairs, AStartGivesAPairToEachBenchmarkThatNeedsOne) {
  SpyingSource source;
  source.head_ns = {1e6, 1e6};
  std::mt19937_64 lots(7);
  const std::vector<PairPlan> plans{{.pairs = 2, .pieces = 1}, {.pairs = 3, .pieces = 1}};
  ASSERT_TRUE(compare(source, plans, {}, lots));
  for (std::string& each : source.asked) {
    if (each.starts_with("head") || each.starts_with("base")) each = each.substr(5);
  }
  const std::vector<std::string> both{"start", "warm 0", "0", "0", "warm 1", "1", "1"};
  std::vector<std::string> expected = both;
  expected.insert(expected.end(), both.begin(), both.end());
  for (const char* const each : {"start", "warm 1", "1", "1"}) expected.emplace_back(each);
  EXPECT_EQ(source.asked, expected);
}

TEST(Pairs, OnlyWhatGaveAlarmIsMeasuredAgain) {
  SpyingSource source;
  source.head_ns = {1e6, 1.05e6, 1e6};
  std::mt19937_64 lots(7);
  const auto comparisons = compare(source, std::vector<PairPlan>(3), {}, lots);
  ASSERT_TRUE(comparisons);
  EXPECT_EQ(source.count("start"), 80u);
  EXPECT_EQ(source.count("head 0"), 400u);
  EXPECT_EQ(source.count("head 1"), 800u);
  EXPECT_EQ(comparisons->at(0).verdict, Verdict::kSame);
  EXPECT_EQ(comparisons->at(1).verdict, Verdict::kWorse);
  EXPECT_EQ(comparisons->at(2).verdict, Verdict::kSame);
}

}  // namespace
}  // namespace ringside::harness::perf
