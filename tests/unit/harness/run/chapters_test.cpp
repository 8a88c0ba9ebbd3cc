// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/chapters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/pcap/files.hpp"

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

CheckResult check_of(const char* name, Outcome outcome, std::string summary,
                     std::vector<std::string> reasons = {}) {
  CheckResult result;
  result.name = name;
  result.outcome = outcome;
  result.summary = std::move(summary);
  result.reasons = std::move(reasons);
  return result;
}

TEST(Chapters, ASingleOneStaysAsItIs) {
  const auto joined = join_chapters({{check_of("order", Outcome::kPass, "5 packets")}});
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].summary, "5 packets");
  EXPECT_TRUE(join_chapters({}).empty());
}

TEST(Chapters, TheWorstOutcomeCountsAndWordsSayOfWhichServer) {
  const auto joined = join_chapters(
      {{check_of("order", Outcome::kFail, "5 packets", {"one overtook"}),
        check_of("leak", Outcome::kPass, "none")},
       {check_of("order", Outcome::kPass, "6 packets"), check_of("leak", Outcome::kPass, "none")}});
  ASSERT_EQ(joined.size(), 2u);
  EXPECT_EQ(joined[0].outcome, Outcome::kFail);
  EXPECT_EQ(joined[0].summary, "server 1: 5 packets; server 2: 6 packets");
  EXPECT_THAT(joined[0].reasons, ElementsAre("server 1: one overtook"));
  EXPECT_EQ(joined[1].outcome, Outcome::kPass);
}

TEST(Chapters, ACheckThatWasMadeOnceIsNoSkip) {
  const auto joined = join_chapters({{check_of("order", Outcome::kSkip, "", {"nothing came out"})},
                                     {check_of("order", Outcome::kPass, "6 packets"),
                                      check_of("exits", Outcome::kPass, "3 programs")}});
  EXPECT_EQ(joined[0].outcome, Outcome::kPass);
  EXPECT_TRUE(joined[0].reasons.empty());
  EXPECT_EQ(joined[1].summary, "server 2: 3 programs");
}

TEST(Chapters, WhatAllSkipIsSkippedWithReasons) {
  const auto joined = join_chapters({{check_of("order", Outcome::kSkip, "", {"a"})},
                                     {check_of("order", Outcome::kSkip, "", {"b"})}});
  EXPECT_EQ(joined[0].outcome, Outcome::kSkip);
  EXPECT_THAT(joined[0].reasons, ElementsAre("server 1: a", "server 2: b"));
}

TEST(Chapters, FilesOfAnEarlierServerGetOutOfTheWay) {
  const fixtures::ScratchDirectory directory;
  for (const char* name : {"out0.pcap", "server.json", "server.err", "server1-out0.pcap"}) {
    directory.file(name, name);
  }
  put_files_aside(directory.path(""), 2);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path(""))) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, UnorderedElementsAre("server2-out0.pcap", "server2-server.json", "server.err",
                                          "server1-out0.pcap"));
}

}  // namespace
}  // namespace ringside::harness
