// SPDX-License-Identifier: BSD-3-Clause
#include "bench/ring/ring_case.hpp"

#include <gmock/gmock.h>

#include <set>

namespace ringside::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr unsigned kTwoCpus[] = {4, 6};

TEST(RingCase, NameSaysEverything) {
  EXPECT_EQ(name_of({}), "ring/sp-sc/size:1024/bulk/copy/32/1:1/threads");
  EXPECT_EQ(name_of({.mode = RingMode::kHts,
                     .size = 64,
                     .verb = Verb::kBurst,
                     .zero_copy = true,
                     .count = 8,
                     .producers = 2,
                     .consumers = 1,
                     .placement = Placement::kOversubscribed}),
            "ring/hts/size:64/burst/zero-copy/8/2:1/oversubscribed");
}

TEST(RingCase, WhatDpdkCannotDoIsLeftOut) {
  EXPECT_TRUE(is_possible({}));
  EXPECT_FALSE(is_possible({.producers = 2})) << "one producer, by the ring's mode";
  EXPECT_FALSE(is_possible({.mode = RingMode::kMpSc, .consumers = 2}));
  EXPECT_TRUE(is_possible({.mode = RingMode::kMpSc, .producers = 2}));
  EXPECT_FALSE(is_possible({.verb = Verb::kSingle}));
  EXPECT_TRUE(is_possible({.verb = Verb::kSingle, .count = 1}));
  EXPECT_FALSE(is_possible({.size = 128, .count = 128})) << "a ring of 128 holds 127";
  EXPECT_TRUE(is_possible({.mode = RingMode::kHts, .zero_copy = true}));
  EXPECT_FALSE(is_possible({.mode = RingMode::kMpMc, .zero_copy = true}));
  EXPECT_FALSE(is_possible({.mode = RingMode::kMpRts, .zero_copy = true}));
  EXPECT_FALSE(is_possible({.mode = RingMode::kMpSc, .zero_copy = true}))
      << "one end is not enough";
  EXPECT_FALSE(is_possible({.mode = RingMode::kMpMc,
                            .producers = 2,
                            .consumers = 2,
                            .placement = Placement::kOneThread}));
}

TEST(RingCase, AllCasesArePossibleAndHaveNamesOfTheirOwn) {
  for (const Selection selection : {Selection::kQuick, Selection::kLesson, Selection::kAll}) {
    std::set<std::string> names;
    for (const RingCase& one : select_cases(selection)) {
      EXPECT_TRUE(is_possible(one)) << name_of(one);
      EXPECT_TRUE(names.insert(name_of(one)).second) << name_of(one) << " twice";
      EXPECT_EQ(elements_of(one, true) % (one.count * one.producers), 0u) << name_of(one);
      EXPECT_GT(elements_of(one, true), 0u) << name_of(one);
    }
  }
}

TEST(RingCase, SmallerSelectionsArePartsOfAll) {
  std::set<std::string> all;
  for (const RingCase& one : select_cases(Selection::kAll)) all.insert(name_of(one));
  for (const Selection part : {Selection::kQuick, Selection::kLesson}) {
    for (const RingCase& one : select_cases(part)) {
      EXPECT_EQ(all.count(name_of(one)), 1u) << name_of(one);
    }
  }
  EXPECT_EQ(all.count("ring/mp-rts/size:65536/burst/copy/256/2:2/processes"), 1u);
  EXPECT_EQ(all.count("ring/sp-sc/size:64/single/copy/1/1:1/one-thread"), 1u);
}

TEST(RingCase, EveryWorkerHasACpuOfItsOwnOrTheReasonIsSaid) {
  EXPECT_THAT(place_workers({}, kTwoCpus).value(), ElementsAre(4, 6));
  EXPECT_THAT(place_workers({.placement = Placement::kOneThread}, kTwoCpus).value(),
              ElementsAre(4, 4));
  const auto refused = place_workers({.mode = RingMode::kMpMc, .producers = 2}, kTwoCpus);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("needs 3 CPUs, one for each worker; 2 are here"));
  EXPECT_FALSE(place_workers({}, std::span(kTwoCpus).first(1)).ok());
}

TEST(RingCase, OversubscribedMeansMoreThreadsThanCpus) {
  RingCase one{.mode = RingMode::kMpMc, .placement = Placement::kOversubscribed};
  EXPECT_THAT(place_workers(one, kTwoCpus).value(), ElementsAre(4, 4));
  one.producers = 2;
  EXPECT_THAT(place_workers(one, kTwoCpus).value(), ElementsAre(4, 6, 4));
  one.consumers = 2;
  EXPECT_THAT(place_workers(one, kTwoCpus).value(), ElementsAre(4, 6, 4, 6));
  EXPECT_THAT(place_workers(one, std::span(kTwoCpus).first(1)).value(), ElementsAre(4, 4, 4, 4));
}

/// Scheduler ticks are 1 to 10 ms apart.
TEST(RingCase, WhereThreadsShareACpuTheSchedulerInterruptsThemOftenInASample) {
  for (const Selection selection : {Selection::kQuick, Selection::kLesson, Selection::kAll}) {
    for (const RingCase& one : select_cases(selection)) {
      const bool shared = one.placement == Placement::kOversubscribed;
      EXPECT_EQ(time_of(one) >= std::chrono::milliseconds(50), shared) << name_of(one);
    }
  }
}

TEST(RingCase, WhatWorkersTakeFromEachOtherIsNoLoss) {
  const auto lost = [](std::vector<unsigned> cpus, std::vector<double> shares) {
    return most_cpu_lost(cpus, shares);
  };
  EXPECT_DOUBLE_EQ(lost({4, 6}, {0.1, 0.3}), 0.3);
  EXPECT_DOUBLE_EQ(lost({4, 4}, {0.5, 0.5}), 0);
  EXPECT_DOUBLE_EQ(lost({4, 6, 4, 6}, {0.5, 0.75, 0.5, 0.5}), 0.25);
  EXPECT_DOUBLE_EQ(lost({4, 6, 4}, {0.4, 0, 0.5}), 0) << "they did not begin at once";
}

TEST(RingCase, AFilterIsARegularExpressionForNames) {
  const auto all = select_cases(Selection::kAll);
  EXPECT_EQ(filter_cases(all, "sp-sc/size:64/bulk/copy/(8|32)/1:1/threads$").value().size(), 2u);
  EXPECT_EQ(filter_cases(all, "").value().size(), all.size());
  EXPECT_TRUE(filter_cases(all, "sp-sc/.*/2:2").value().empty());
  EXPECT_FALSE(filter_cases(all, "sp-sc(").ok());
}

TEST(RingCase, SelectionsHaveNames) {
  EXPECT_EQ(parse_selection("quick").value(), Selection::kQuick);
  EXPECT_EQ(parse_selection("lesson").value(), Selection::kLesson);
  EXPECT_EQ(parse_selection("all").value(), Selection::kAll);
  EXPECT_FALSE(parse_selection("some").ok());
}

}  // namespace
}  // namespace ringside::bench
