// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/result_file.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harness/perf/history.hpp"

namespace ringside::harness::perf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

PerfResult sample_result(double nanoseconds = 10, const std::string& git = "abc") {
  PerfResult result;
  result.version = "0.1.0";
  result.started = "2024-01-31T12:00:00Z";
  result.git = git;
  result.machine = {"A CPU", 2, "6.1.0", "22.11"};
  result.benchmarks = {{"bench/parse", std::vector<double>(40, nanoseconds), 3}};
  return result;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(ResultFile, ReadsWhatItWrote) {
  const PerfResult result = sample_result();
  for (const bool on_one_line : {true, false}) {
    const auto read = parse_result(to_json(result, on_one_line), "a.json", false);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, result);
  }
}

TEST(ResultFile, HoldsInstructionsAndRoundTripsWhereThereAreAny) {
  PerfResult result = sample_result();
  result.benchmarks[0].instructions = 236.5;
  result.benchmarks.push_back({"bench/cross", {20, 21}, 0, {105, 110}});
  const auto read = parse_result(to_json(result, true), "a.json", false);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, result);
}

TEST(ResultFile, MoreInstructionsAreARegressionToo) {
  PerfResult base = sample_result(), head = sample_result();
  base.benchmarks[0].instructions = 200;
  EXPECT_EQ(compare_results(base, head, {}).at(0).instructions, std::nullopt);
  head.benchmarks[0].instructions = 201;
  const auto rows = compare_results(base, head, {});
  EXPECT_EQ(rows[0].instructions, (InstructionPair{200, 201}));
  EXPECT_EQ(rows[0].verdict, Verdict::kSame);
  EXPECT_TRUE(rows[0].is_regression());
}

TEST(ResultFile, TimesAtDifferentSpeedsBetweenCpusAreNotCompared) {
  PerfResult base = sample_result(10), head = sample_result(20);
  base.benchmarks[0].round_trips = std::vector<double>(40, 105);
  head.benchmarks[0].round_trips = std::vector<double>(40, 540);
  const auto rows = compare_results(base, head, {});
  EXPECT_THAT(rows.at(0).skipped, HasSubstr("105 ns between the CPUs, and 540 ns"));
  EXPECT_FALSE(rows[0].is_regression());
  head.benchmarks[0].round_trips = std::vector<double>(40, 110);
  EXPECT_TRUE(compare_results(base, head, {}).at(0).is_regression());
}

TEST(ResultFile, AnotherSchemaIsReadOnlyByForce) {
  const std::string text =
      replaced(to_json(sample_result(), true), "ringside.perf/1", "ringside.perf/2");
  EXPECT_EQ(parse_result(text, "a.json", false).error().message,
            "a.json has schema ringside.perf/2, this ringside reads ringside.perf/1; --force reads "
            "it all the same");
  const auto forced = parse_result(text, "a.json", true);
  ASSERT_TRUE(forced);
  EXPECT_EQ(forced->schema, "ringside.perf/2");
  const auto without = parse_result(replaced(text, "\"schema\"", "\"scheme\""), "a.json", true);
  ASSERT_TRUE(without) << without.error().message;
  EXPECT_EQ(without->schema, "none");
}

TEST(ResultFile, WhatIsNoResultIsSaidToBeNone) {
  const auto message = [](const std::string& text) {
    const auto read = parse_result(text, "a.json", false);
    return read ? "" : read.error().message;
  };
  EXPECT_EQ(message("hello"), "a.json is no JSON document");
  EXPECT_THAT(message("{}"), HasSubstr("a.json has no schema"));
  const std::string good = to_json(sample_result(), true);
  EXPECT_THAT(message(replaced(good, "\"kernel\"", "\"colonel\"")), HasSubstr("'kernel'"));
  EXPECT_THAT(message(replaced(good, "\"cores\":2", "\"cores\":\"two\"")), HasSubstr("number"));
  EXPECT_THAT(message(replaced(good, "10.0", "0.0")), HasSubstr("bench/parse has a time"));
  EXPECT_THAT(message(replaced(good, "10.0", "1e308")), HasSubstr("bench/parse has a time"));
  EXPECT_EQ(read_result("/nowhere/a.json", false).error().message,
            "/nowhere/a.json cannot be read");
  EXPECT_THAT(read_result("/tmp", false).error().message, HasSubstr("/tmp is a directory"));
  PerfResult weightless = sample_result();
  weightless.benchmarks[0].instructions = 0;
  EXPECT_THAT(message(to_json(weightless, true)), HasSubstr("bench/parse has instructions"));
}

TEST(ResultFile, MachinesDifferInAnyOfTheirParts) {
  const Machine machine = sample_result().machine;
  Machine other = machine;
  EXPECT_EQ(machines_differ(machine, other), "");
  other.dpdk = "25.11";
  EXPECT_THAT(machines_differ(machine, other), HasSubstr("DPDK 25.11"));
}

TEST(ResultFile, ANumberOfCoresThatIsNoneIsThatOfNoMachine) {
  const std::string good = to_json(sample_result(), true);
  for (const char* cores : {"-4294967294", "2.7", "4294967298"}) {
    const auto read =
        parse_result(replaced(good, "\"cores\":2", fmt::format("\"cores\":{}", cores)), "a", false);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->machine.cores, 0u) << cores;
  }
}

TEST(ResultFile, MemoryIsAPartOfTheMachine) {
  const std::string good = to_json(sample_result(), true);
  const auto other = parse_result(replaced(good, "\"no-huge\"", "\"hugepages\""), "a", false);
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_THAT(machines_differ(parse_result(good, "a", false)->machine, other->machine),
              HasSubstr(", memory hugepages"));
}

TEST(ResultFile, WhatIsNoUtf8InANameOfAFileIsReplaced) {
  PerfResult result = sample_result();
  result.frames = "caf\xe9.pcap, 10 bytes";
  EXPECT_THAT(to_json(result, true), HasSubstr("caf\xef\xbf\xbd.pcap"));
}

TEST(ResultFile, AGovernorIsAPartOfTheMachine) {
  PerfResult result = sample_result();
  EXPECT_THAT(to_json(result, true), HasSubstr("\"governor\":\"none (no cpufreq)\""));
  EXPECT_THAT(to_json(result, true), HasSubstr("\"memory\":\"no-huge\""));
  const std::string older = replaced(to_json(result, true), "\"governor\"", "\"unknown\"");
  EXPECT_EQ(parse_result(older, "a.json", false)->machine, result.machine);
  result.machine.governor = "powersave";
  EXPECT_EQ(parse_result(to_json(result, true), "a.json", false)->machine, result.machine);
  EXPECT_THAT(machines_differ(sample_result().machine, result.machine),
              HasSubstr("DPDK 22.11, governor powersave"));
}

TEST(ResultFile, ResultsAreComparedByTheNamesOfBenchmarks) {
  PerfResult base = sample_result(10), head = sample_result(11);
  base.benchmarks.push_back({"bench/old", {1}, 0});
  head.benchmarks.push_back({"bench/new", {1}, 0});
  const auto rows = compare_results(base, head, {.threshold = 0.05});
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].verdict, Verdict::kWorse);
  EXPECT_EQ(rows[1].skipped, "not in head");
  EXPECT_EQ(rows[2].skipped, "not in base");
}

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() { std::filesystem::create_directories(directory_); }
  ~HistoryTest() override { std::filesystem::remove_all(directory_); }
  History must_read(bool any_machine = false) {
    const auto history = read_history(directory_, sample_result().machine, any_machine);
    EXPECT_TRUE(history) << history.error().message;
    return history ? *history : History{};
  }
  const std::string directory_ =
      ::testing::TempDir() + "perf_history." + std::to_string(::getpid());
};

TEST_F(HistoryTest, HoldsMediansInTheOrderOfRecording) {
  ASSERT_TRUE(append_to_history(directory_, sample_result(10, "one")));
  ASSERT_TRUE(append_to_history(directory_, sample_result(11, "two")));
  const History history = must_read();
  ASSERT_EQ(history.series.size(), 1u);
  ASSERT_EQ(history.series[0].points.size(), 2u);
  EXPECT_EQ(history.series[0].benchmark, "bench/parse");
  EXPECT_EQ(history.series[0].points[1].git, "two");
  EXPECT_DOUBLE_EQ(history.series[0].points[1].nanoseconds, 11);
}

TEST_F(HistoryTest, TheIndexFollowsTheLinesAndIsMadeAgainWhenItIsGone) {
  ASSERT_TRUE(append_to_history(directory_, sample_result(10)));
  EXPECT_EQ(must_read().series[0].points.size(), 1u);
  ASSERT_TRUE(append_to_history(directory_, sample_result(10)));
  EXPECT_EQ(must_read().series[0].points.size(), 2u);
  std::filesystem::remove(directory_ + "/history.sqlite");
  EXPECT_EQ(must_read().series[0].points.size(), 2u);
}

TEST_F(HistoryTest, RunsOfOtherMachinesAreLeftOutAndCounted) {
  PerfResult other = sample_result();
  other.machine.cpu = "another";
  ASSERT_TRUE(append_to_history(directory_, sample_result()));
  ASSERT_TRUE(append_to_history(directory_, other));
  EXPECT_EQ(must_read().series[0].points.size(), 1u);
  EXPECT_EQ(must_read().other_machines, 1u);
  EXPECT_THAT(must_read().forced, ElementsAre());
  EXPECT_EQ(must_read(true).series[0].points.size(), 2u);
  EXPECT_THAT(must_read(true).forced,
              ElementsAre(HasSubstr("1 runs on another machine: another, 2 cores")));
}

TEST_F(HistoryTest, ALineThatIsNoResultIsNamed) {
  EXPECT_THAT(read_history(directory_, {}, false).error().message, HasSubstr("there is no"));
  ASSERT_TRUE(append_to_history(directory_, sample_result()));
  // As it is when the machine goes down meanwhile.
  std::ofstream(directory_ + "/history.jsonl", std::ios::app) << "\n{\"schema\": \"ringside.pe";
  ASSERT_TRUE(append_to_history(directory_, sample_result()));
  for (int look = 0; look < 2; ++look) {
    const History history = must_read();
    EXPECT_EQ(history.series.at(0).points.size(), 2u);
    EXPECT_THAT(history.left_out, ElementsAre(HasSubstr("history.jsonl:3 is no JSON document")));
  }
}

TEST_F(HistoryTest, ResultsOfAnotherSchemaAreLeftOutUnlessForced) {
  PerfResult other = sample_result();
  other.schema = "ringside.perf/9";
  ASSERT_TRUE(append_to_history(directory_, sample_result()));
  ASSERT_TRUE(append_to_history(directory_, other));
  EXPECT_THAT(must_read().left_out, ElementsAre(HasSubstr("has schema ringside.perf/9")));
  EXPECT_EQ(must_read(true).series.at(0).points.size(), 2u);
  EXPECT_THAT(must_read(true).forced, ElementsAre("1 runs of schema ringside.perf/9"));
  EXPECT_EQ(must_read().series.at(0).points.size(), 1u);
}

TEST_F(HistoryTest, FramesOfACaptureAreASeriesOfTheirOwn) {
  PerfResult other = sample_result();
  other.frames = "imix.pcap, 1000 bytes";
  EXPECT_EQ(frames_differ(other, other), "");
  EXPECT_THAT(frames_differ(sample_result(), other), HasSubstr("made-up frames; imix.pcap"));
  ASSERT_TRUE(append_to_history(directory_, sample_result()));
  ASSERT_TRUE(append_to_history(directory_, other));
  const History history = must_read();
  ASSERT_EQ(history.series.size(), 2u);
  EXPECT_EQ(history.series[1].benchmark, "bench/parse with imix.pcap, 1000 bytes");
}

TEST_F(HistoryTest, EachSpeedBetweenCpusIsASeriesOfItsOwn) {
  for (const auto& [nanoseconds, round_trip] :
       {std::pair{12.0, 80.0}, {20.0, 400.0}, {12.1, 85.0}, {20.1, 410.0}}) {
    PerfResult result = sample_result(nanoseconds);
    result.benchmarks[0].round_trips = std::vector<double>(40, round_trip);
    ASSERT_TRUE(append_to_history(directory_, result));
  }
  const History history = must_read();
  ASSERT_EQ(history.series.size(), 2u);
  EXPECT_EQ(history.series[0].benchmark, "bench/parse at 82 ns between the CPUs");
  ASSERT_EQ(history.series[0].points.size(), 2u);
  EXPECT_DOUBLE_EQ(history.series[0].points[1].nanoseconds, 12.1);
  EXPECT_EQ(history.series[1].benchmark, "bench/parse at 405 ns between the CPUs");
  EXPECT_EQ(history.series[1].points.size(), 2u);
}

TEST_F(HistoryTest, ADamagedIndexIsDoneWithout) {
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(append_to_history(directory_, sample_result()));
  ASSERT_EQ(must_read().series.at(0).points.size(), 400u);
  // Pages in the middle, as after a power loss; the stamp is right.
  const std::string index = directory_ + "/history.sqlite";
  constexpr std::streamoff kPage = 4096;
  const auto pages = static_cast<std::streamoff>(std::filesystem::file_size(index)) / kPage;
  ASSERT_GT(pages, 12);
  std::fstream file(index, std::ios::in | std::ios::out);
  file.seekp(pages / 3 * kPage);
  file << std::string(static_cast<std::size_t>(pages / 3 * kPage), '\0');
  file.close();
  EXPECT_EQ(must_read().series.at(0).points.size(), 400u);
}

TEST_F(HistoryTest, AnIndexThatIsNoneIsDoneWithout) {
  ASSERT_TRUE(append_to_history(directory_, sample_result()));
  std::ofstream(directory_ + "/history.sqlite") << std::string(4096, 'x');
  EXPECT_EQ(must_read().series.at(0).points.size(), 1u);
  std::filesystem::create_directory(directory_ + "/other");
  std::filesystem::create_directory(directory_ + "/other/history.jsonl");
  EXPECT_THAT(read_history(directory_ + "/other", {}, false).error().message,
              HasSubstr("is no file"));
}

}  // namespace
}  // namespace ringside::harness::perf
