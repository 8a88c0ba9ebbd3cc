// SPDX-License-Identifier: BSD-3-Clause
// The ring benchmark runs, and its figures follow from each other. How large they are is nobody's
// business here.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Json = nlohmann::json;

class BenchRing : public test::RingsideTest {
 protected:
  /// What --json - printed, with its samples and nothing else in "samples".
  Json measure(std::vector<std::string> words) {
    words.insert(words.begin(), {"bench", "ring"});
    words.insert(words.end(), {"--json", "-"});
    const auto run = ringside(words);
    EXPECT_EQ(run.code, 0) << run.err;
    Json json = Json::parse(run.out, nullptr, false);
    EXPECT_TRUE(json.is_object()) << run.out;
    json["samples"] = Json::array();
    for (const Json& each : json["benchmarks"]) {
      if (each["run_type"] == "iteration") json["samples"].push_back(each);
    }
    return json;
  }
};

void expect_percentiles(const Json& sample, const std::string& name) {
  const double p50 = sample[name + "_p50_ns"], p99 = sample[name + "_p99_ns"];
  EXPECT_GT(p50, 0) << sample;
  EXPECT_LE(p50, p99) << sample;
  EXPECT_LE(p99, double{sample[name + "_p999_ns"]}) << sample;
}

void expect_one_speed(const Json& sample, double ns) {
  const double before = sample["round_trip_before_ns"], after = sample["round_trip_after_ns"];
  EXPECT_LE(std::max(before, after), 1.2501 * std::min(before, after)) << sample;
  EXPECT_NEAR(sample["elements_per_round_trip"], (before + after) / 2 / ns, 0.001 * before / ns);
}

/// Google Benchmark's figures and ours are of the same time and elements.
void expect_consistent(const Json& sample, double tsc_hz) {
  const double ns = sample["ns_per_element"];
  EXPECT_GT(ns, 0) << sample;
  EXPECT_NEAR(sample["real_time"], ns, 0.001 * ns) << sample;
  EXPECT_NEAR(sample["cycles_per_element"], ns * tsc_hz / 1e9, 0.001 * ns * tsc_hz / 1e9);
  EXPECT_NEAR(double{sample["items_per_second"]} * ns, 1e9, 1e6) << sample;
  if (!sample.contains("round_trip_before_ns")) return;
  expect_percentiles(sample, "hand_over");
  expect_percentiles(sample, "queued");
  expect_one_speed(sample, ns);
}

TEST_F(BenchRing, QuickMeasuresEveryPlacementAndItsFiguresAgree) {
  const Json json = measure({"--quick"});
  for (const char* fact : {"cpu_model", "governor", "kernel", "memory", "dpdk", "git", "date"}) {
    EXPECT_NE(json["context"].value(fact, ""), "") << fact;
  }
  const double tsc_hz = std::stod(json["context"]["tsc_hz"].get<std::string>());
  EXPECT_EQ(json["samples"].size(), json["benchmarks"].size()) << "means are of all speeds";
  std::set<std::string> placements;
  for (const Json& sample : json["samples"]) {
    const std::string name = sample["name"];
    placements.insert(name.substr(name.rfind('/') + 1));
    if (!sample.value("error_occurred", false)) {
      expect_consistent(sample, tsc_hz);
    } else {
      // On one or two CPUs, or on a machine that is used by others.
      EXPECT_THAT(sample["error_message"].get<std::string>(),
                  ::testing::AnyOf(StartsWith("skipped: needs "), StartsWith("unstable: ")));
    }
  }
  EXPECT_THAT(placements, ::testing::UnorderedElementsAre("one-thread", "threads", "processes",
                                                          "oversubscribed"));
  EXPECT_THAT(run_directories(), IsEmpty());
  EXPECT_THAT(processes_left(), IsEmpty());
}

TEST_F(BenchRing, IsNotToldWhatToDoByTheEnvironment) {
  ::setenv("BENCHMARK_FILTER", "nothing", 1);
  ::setenv("BENCHMARK_REPORT_AGGREGATES_ONLY", "true", 1);
  const Json json =
      measure({"--filter", "sp-sc/size:64/bulk/copy/32/1:1/one-thread", "--repetitions", "2"});
  ::unsetenv("BENCHMARK_FILTER");
  ::unsetenv("BENCHMARK_REPORT_AGGREGATES_ONLY");
  EXPECT_EQ(json["samples"].size(), 2u);
}

TEST_F(BenchRing, AnOversubscribedRowSaysSo) {
  const Json json =
      measure({"--quick", "--filter", "hts/.*/oversubscribed$", "--repetitions", "1"});
  ASSERT_EQ(json["samples"].size(), 1u);
  if (json["samples"][0].value("error_occurred", false)) GTEST_SKIP() << json["samples"][0];
  EXPECT_THAT(json["samples"][0]["label"].get<std::string>(),
              StartsWith("oversubscribed: 4 threads on "));
}

/// RTS and HTS help where a thread loses its CPU within a call, which needs many scheduler ticks.
TEST_F(BenchRing, AnOversubscribedSampleLastsManyTicksAndSaysHowOftenThreadsWerePreempted) {
  const Json json = measure({"--quick", "--filter", "oversubscribed$", "--repetitions", "1"});
  const Json& sample = json["samples"][0];
  if (sample.value("error_occurred", false)) GTEST_SKIP() << sample;
  const double ns = double{sample["elements"]} * double{sample["ns_per_element"]};
  EXPECT_GE(ns, 50e6) << sample;
  EXPECT_GE(sample["preempted"], 0) << sample;
  EXPECT_LT(double{sample["preempted"]}, ns / 20'000)
      << "what a thread gives up is not taken from it";
}

/// What the program itself makes is told by the name that it gives to EAL.
TEST_F(BenchRing, TheProgramOnItsOwnLeavesNothingWhenItIsInterrupted) {
  const auto run = shell(R"sh(name=interrupted$$
    made() { ls -d /tmp/ringside-bench-*/dpdk/$name 2>/dev/null; }
    "$(dirname "$1")/ringside_ring_bench" --set=all --filter=one-thread --file-prefix=$name \
      --benchmark_out=ring.json >/dev/null &
    for i in $(seq 400); do made >made && grep -q iteration ring.json && break; sleep 0.05; done
    kill -TERM $!; wait $!
    echo "exit code $?, made $(wc -l <made), left $(made | wc -l)")sh");
  EXPECT_EQ(run.out, "exit code 130, made 1, left 0\n") << run.err;
  const Json json = Json::parse(read("ring.json"), nullptr, false);
  ASSERT_TRUE(json.is_object()) << "what was measured is there";
  for (const Json& sample : json["benchmarks"]) {
    EXPECT_FALSE(sample.value("error_occurred", false)) << sample;
  }
}

TEST_F(BenchRing, PrintsTables) {
  const auto run = ringside({"bench", "ring", "--quick", "--filter", "one-thread"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("ring/mp-mc/size:1024/bulk/copy/32/1:1/one-thread"));
  EXPECT_THAT(run.out, HasSubstr("Modes, fastest first"));
}

TEST_F(BenchRing, RefusesWhatItCannotDo) {
  const auto none = ringside({"bench", "ring", "--filter", "sp-sc/.*/2:2"});
  EXPECT_EQ(none.code, 4) << none.err;
  EXPECT_THAT(none.err, HasSubstr("no case has a name like that"));
  const auto memory = ringside({"bench", "ring", "--memory", "much"});
  EXPECT_EQ(memory.code, 2) << memory.err;
  const auto file = ringside({"bench", "ring", "--quick", "--json", "/nowhere/ring.json"});
  EXPECT_EQ(file.code, 5) << file.err;
  const auto place = ringside({"bench", "ring", "--quick", "--bin-dir", "/nowhere"});
  EXPECT_EQ(place.code, 5) << place.err;
  EXPECT_THAT(place.err, HasSubstr("/nowhere/ringside_ring_bench is missing"));
}

}  // namespace
}  // namespace ringside::harness
