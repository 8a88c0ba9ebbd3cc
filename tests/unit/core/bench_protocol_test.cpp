// SPDX-License-Identifier: BSD-3-Clause
#include "core/bench_protocol.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace ringside {
namespace {

std::string served(const std::string& requests) {
  const std::vector<Benchmark> benchmarks{{{"parse", 1024},
                                           [](std::uint64_t rounds) {
                                             return BenchTime{rounds * 1000, {}};
                                           }},
                                          {{"cross", 64, true},
                                           [](std::uint64_t rounds) {
                                             return BenchTime{rounds * 10, RoundTrips{105, 540}};
                                           }},
                                          {{"broken", 32}, [](std::uint64_t) -> Result<BenchTime> {
                                             return environment_error("no packets");
                                           }}};
  std::istringstream in(requests);
  std::ostringstream out;
  serve_benchmarks(benchmarks, in, out);
  return out.str();
}

const std::string kListing =
    "ringside-bench 1\nbenchmark parse 1024\ncross-core cross 64\nbenchmark broken 32\nready\n";

TEST(BenchProtocol, AProgramListsItsBenchmarksAndAnswersEachRequestWithATime) {
  EXPECT_EQ(served(""), kListing);
  EXPECT_EQ(served("parse 3\nparse 20\n"), kListing + "3000\n20000\n");
  EXPECT_EQ(served("cross 3\n"), kListing + "30 105 540\n") << "with round trips";
}

TEST(BenchProtocol, WhatIsNoRequestGetsASentenceAndTheProgramGoesOn) {
  for (const std::string request : {"parse", "parse 0", "parse -1", "parse x", "parse 1 2", ""}) {
    EXPECT_EQ(served(request + "\nparse 1\n"), kListing + "error a request is NAME ROUNDS\n1000\n")
        << request;
  }
  EXPECT_EQ(served("hash 1\n"), kListing + "error there is no benchmark \"hash\"\n");
  EXPECT_EQ(served("broken 1\n"), kListing + "error no packets\n");
}

TEST(BenchProtocol, TheDriverReadsTheListing) {
  BenchListing listing;
  std::istringstream lines(kListing);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_FALSE(listing.ready());
    ASSERT_TRUE(listing.take(line));
  }
  EXPECT_TRUE(listing.ready());
  EXPECT_EQ(listing.benchmarks(),
            (std::vector<BenchmarkInfo>{{"parse", 1024}, {"cross", 64, true}, {"broken", 32}}));
}

TEST(BenchProtocol, TheDriverRefusesProgramsThatSpeakSomethingElse) {
  BenchListing other_version, other_line;
  EXPECT_FALSE(other_version.take("ringside-bench 2"));
  ASSERT_TRUE(other_line.take(kBenchGreeting));
  EXPECT_FALSE(other_line.take("benchmark parse 0"));
  EXPECT_FALSE(other_line.take("benchmarkparse 1"));
  EXPECT_FALSE(other_line.take("12345"));
}

TEST(BenchProtocol, AnAnswerIsATimeAboveZeroOrTheProgramsSentence) {
  EXPECT_EQ(*parse_bench_answer("20000"), (BenchTime{20000, {}}));
  EXPECT_EQ(*parse_bench_answer("20000 105 0"), (BenchTime{20000, RoundTrips{105, 0}}));
  EXPECT_EQ(parse_bench_answer("error no packets").error().message, "no packets");
  for (const char* line : {"0", "", "-5", "1.5", "20000 ", "1 2", "1 2 x", "1 2 3 4", "0 1 1"})
    EXPECT_FALSE(parse_bench_answer(line));
  EXPECT_EQ(bench_request("parse", 7), "parse 7\n");
}

}  // namespace
}  // namespace ringside
