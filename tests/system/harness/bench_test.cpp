// SPDX-License-Identifier: BSD-3-Clause
// The benchmarks run, and their figures follow from their samples. How large they are is nobody's
// business here.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Json = nlohmann::json;

class Bench : public test::RingsideTest {
 protected:
  /// The JSON of `bench forward --quick` with these options.
  Json forward(std::vector<std::string> options) {
    std::vector<std::string> words{"bench", "forward", "--quick", "--json", "-"};
    words.insert(words.end(), options.begin(), options.end());
    const auto run = ringside(words);
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run_directories(), IsEmpty());
    EXPECT_THAT(processes_left(), IsEmpty());
    Json json = Json::parse(run.out, nullptr, false);
    EXPECT_TRUE(json.is_object()) << run.out;
    return json.is_object() ? json : Json::object();
  }
};

/// Whether the only sample of a case counts. On a machine that others use it may not.
bool counts(const Json& each) {
  const double before = each["samples"][0]["round_trip_before_ns"];
  const double after = each["samples"][0]["round_trip_after_ns"];
  const bool steady = std::max(before, after) <= 1.25 * std::min(before, after);
  EXPECT_EQ(each["samples_counted"], steady ? 1 : 0) << each;
  EXPECT_EQ(each.contains("mpps"), steady) << each;
  return steady;
}

TEST_F(Bench, ForwardMeasuresEachMethodWithEachNumberOfClients) {
  const auto run = ringside({"bench", "forward", "--quick", "--json", "-"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Json json = Json::parse(run.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << run.out;
  std::vector<std::string> names;
  for (const Json& each : json["cases"]) {
    names.push_back(each["name"]);
    ASSERT_EQ(each["samples"].size(), 1u);
    const Json& sample = each["samples"][0];
    const double delivered = sample["delivered"];
    EXPECT_GT(delivered, 0) << names.back();
    if (!counts(each)) continue;
    EXPECT_DOUBLE_EQ(each["mpps"], delivered / double{sample["seconds"]} / 1e6);
    EXPECT_DOUBLE_EQ(each["cpu_ns_per_packet"], double{sample["cpu_seconds"]} * 1e9 / delivered);
  }
  EXPECT_THAT(names,
              ElementsAre("lines", "floor", "classic/1", "classic/2", "return/1/round-robin",
                          "return/2/round-robin", "direct/1/round-robin", "direct/2/round-robin"));
  EXPECT_THAT(run_directories(), IsEmpty());
  EXPECT_THAT(processes_left(), IsEmpty());
}

TEST_F(Bench, ForwardLoopsACaptureThroughNetPcapAndSaysWhatItCannotMeasureThere) {
  const Json json = forward({"--traffic", capture("imix"), "--clients", "1"});
  EXPECT_EQ(json["traffic"]["ports"], "pcap");
  EXPECT_EQ(json["traffic"]["packets"], 360);
  ASSERT_EQ(json["cases"].size(), 4u);
  for (const Json& each : json["cases"]) {
    if (each["name"] == "direct/1/round-robin") {
      EXPECT_THAT(std::string(each["skipped"]), HasSubstr("net_pcap"));
    } else {
      EXPECT_GT(each["samples"][0]["delivered"], 0) << each["name"];
    }
  }
}

TEST_F(Bench, ForwardMeasuresLatenciesAtAnOfferedRateOnRingPorts) {
  const Json json = forward({"--rate", "5000", "--clients", "1", "--policies", "flow-hash"});
  EXPECT_EQ(json["traffic"]["ports"], "ring");
  EXPECT_EQ(json["traffic"]["rate"], 5000);
  for (const char* fact : {"cpu_model", "governor", "kernel", "git", "memory", "dpdk"}) {
    EXPECT_TRUE(json["machine"].contains(fact)) << fact;
  }
  ASSERT_EQ(json["cases"].size(), 2u) << "return and direct";
  for (const Json& each : json["cases"]) {
    EXPECT_GT(each["samples"][0]["offered_rate"], 0);
    const Json& latency = each["samples"][0]["latency_ns"];
    EXPECT_GT(latency["p50"], 0);
    EXPECT_LE(latency["p50"], latency["p99"]);
    EXPECT_LE(latency["p99"], latency["p999"]);
  }
}

TEST_F(Bench, ForwardSearchesTheRateAtWhichNothingIsLost) {
  const Json json = forward({"--measure", "loss-free", "--methods", "return", "--clients", "1"});
  EXPECT_EQ(json["schema"], "ringside.bench.loss-free/1");
  const Json& trials = json["cases"][0]["trials"];
  ASSERT_FALSE(trials.empty());
  EXPECT_LE(trials.size(), 3u);
  for (const Json& trial : trials) {
    EXPECT_GT(trial["offered"], 0);
    EXPECT_LE(trial["delivered"], trial["offered"]);
    const bool all = trial["delivered"] == trial["offered"];
    const bool kept = double{trial["sent_rate"]} >= 0.99 * double{trial["rate"]};
    EXPECT_EQ(trial["verdict"], !kept ? "no evidence" : all ? "loss-free" : "lossy");
  }
}

/// The second client ends at once.
TEST_F(Bench, ForwardKeepsWhatItMeasuredWhenAnotherCaseFails) {
  write_program("mp_client",
                R"(case "$*" in *"-- -n 1"*) exit 3;; esac; exec "$REAL/mp_client" "$@")");
  const auto run = shell(R"(real=$(dirname "$1"); here=$(pwd)
    ln -s "$real/mp_server" "$real/mp_wire" .
    for measure in loss-free idle; do
      REAL=$real "$1" bench forward --quick --measure $measure --methods return --clients 2,1 \
        --bin-dir "$here" --json $measure.json
      echo "exit code $?"
    done)");
  EXPECT_THAT(run.out, HasSubstr("exit code 1")) << run.err;
  EXPECT_THAT(run.out, Not(HasSubstr("exit code 0")));
  EXPECT_THAT(run.out, ContainsRegex("return/2/round-robin +failed: client1 ended "));
  const Json loss_free = Json::parse(read("loss-free.json"), nullptr, false);
  ASSERT_TRUE(loss_free.is_object()) << run.err;
  EXPECT_NE(loss_free["cases"][0].value("failed", ""), "");
  EXPECT_FALSE(loss_free["cases"][1]["trials"].empty());
  const Json idle = Json::parse(read("idle.json"), nullptr, false);
  ASSERT_TRUE(idle.is_object()) << run.err;
  EXPECT_NE(idle["cases"][0].value("failed", ""), "");
  EXPECT_EQ(idle["cases"][1]["client_shares"].size(), 1u);
}

TEST_F(Bench, ForwardSaysWhyItMeasuredNothing) {
  write_program("mp_client", "exit 3");
  const auto run = shell(R"(real=$(dirname "$1"); here=$(pwd)
    ln -s "$real/mp_server" "$real/mp_wire" .
    "$1" bench forward --quick --methods return --clients 1 --bin-dir "$here")");
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.err, ContainsRegex("error: client0 ended before it was ready"));
}

TEST_F(Bench, ForwardMeasuresIdleProgramsAndTheFirstPacketAfterThat) {
  const Json json = forward({"--measure", "idle", "--methods", "return", "--clients", "2"});
  EXPECT_EQ(json["schema"], "ringside.bench.idle/1");
  const Json& idle = json["cases"][0];
  EXPECT_EQ(idle["client_shares"].size(), 2u);
  EXPECT_GT(idle["server_share"], 0);
  ASSERT_EQ(idle["first_packet_ns"].size(), 3u);
  EXPECT_GT(idle["first_packet_ns"][0], 0);
  EXPECT_GE(idle["first_packet_max_ns"], idle["first_packet_median_ns"]);
}

TEST_F(Bench, ForwardShowsWhatItHasWhenItIsInterrupted) {
  const auto process = start({"bench", "forward", "--methods", "floor", "--rounds", "1000",
                              "--seconds", "0.2", "--json", "interrupted.json"});
  ASSERT_TRUE(wait_until_true(
      [&] { return read("ringside.err").find("round 3 of") != std::string::npos; }));
  process->signal(SIGINT);
  const auto run = finish(*process);
  EXPECT_EQ(run.code, 130) << run.err;
  EXPECT_THAT(run.out, ContainsRegex("floor +([0-9.]+ |no figures)"));
  const Json json = Json::parse(read("interrupted.json"), nullptr, false);
  ASSERT_TRUE(json.is_object()) << run.err;
  EXPECT_GE(json["cases"][0]["samples"].size(), 2u);
  EXPECT_THAT(run_directories(), IsEmpty());
  EXPECT_THAT(processes_left(), IsEmpty());
}

TEST_F(Bench, ForwardHeedsAnInterruptWhileLinesAreMeasured) {
  const auto process = start({"bench", "forward", "--methods", "lines", "--seconds", "1000"});
  ASSERT_TRUE(wait_until_true(
      [&] { return read("ringside.err").find("round 1 of") != std::string::npos; }));
  process->signal(SIGINT);
  EXPECT_EQ(finish(*process).code, 130);
}

TEST_F(Bench, ForwardRefusesOptionsThatDoNotGoTogether) {
  const auto refused = [&](std::vector<std::string> options) {
    std::vector<std::string> words{"bench", "forward"};
    words.insert(words.end(), options.begin(), options.end());
    const auto run = ringside(words);
    EXPECT_EQ(run.code, 2) << run.err;
    return run.err;
  };
  EXPECT_THAT(refused({"--measure", "idle", "--ports", "pcap"}), HasSubstr("needs --ports ring"));
  EXPECT_THAT(refused({"--rate", "10", "--ports", "null"}), HasSubstr("other ports have no pace"));
  EXPECT_THAT(refused({"--ports", "null", "--traffic", "x.pcap"}), HasSubstr("their own frames"));
  EXPECT_THAT(refused({"--traffic", "/nowhere.pcap"}), HasSubstr("/nowhere.pcap"));
  EXPECT_THAT(refused({"--measure", "idle", "--rounds", "2"}), HasSubstr("takes each case once"));
  EXPECT_THAT(refused({"--measure", "loss-free", "--rounds", "2"}),
              HasSubstr("--rounds goes with"));
}

TEST_F(Bench, ForwardRefusesOptionsOfMethodsThatItDoesNotMeasure) {
  const auto refused = [&](const char* methods, const char* option, const char* value) {
    const auto run = ringside({"bench", "forward", "--quick", "--methods", methods, option, value});
    EXPECT_EQ(run.code, 2) << run.err;
    EXPECT_THAT(run.err, HasSubstr(option));
    EXPECT_THAT(run.err, HasSubstr("none of which is in --methods"));
  };
  refused("floor,classic", "--policies", "flow-hash");
  refused("classic", "--ring-sizes", "1024");
  refused("lines", "--bursts", "32");
  refused("lines,floor", "--clients", "1");
}

TEST_F(Bench, ForwardTakesWhatIsSaidRatherThanWhatQuickMeans) {
  const Json json = forward({"--methods", "floor", "--rounds", "2", "--seconds", "0.4"});
  const Json& samples = json["cases"][0]["samples"];
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_GE(samples[0]["seconds"], 0.4);
  EXPECT_THAT(json["command"].get<std::string>(), HasSubstr("--rounds 2 --seconds 0.4"));
  const Json quick = forward({"--methods", "floor"});
  EXPECT_EQ(quick["cases"][0]["samples"].size(), 1u);
  EXPECT_THAT(quick["command"].get<std::string>(), HasSubstr("--rounds 1 "));
}

TEST_F(Bench, ForwardWithoutACpuForTheClientsMeasuresTheFloorAlone) {
  const auto run = shell("taskset -c 0 \"$1\" bench forward --quick --clients 1");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, ContainsRegex("floor +[0-9.]+ "));
  EXPECT_THAT(run.out, ContainsRegex("return/1/round-robin +skipped: needs 2 CPUs"));
}

TEST_F(Bench, ForwardRefusesWhatItDoesNotKnow) {
  const auto method = ringside({"bench", "forward", "--methods", "modern"});
  EXPECT_EQ(method.code, 2);
  EXPECT_THAT(method.err, HasSubstr("unknown method 'modern'; use lines, floor"));
  const auto policy = ringside({"bench", "forward", "--policies", "fair"});
  EXPECT_EQ(policy.code, 2);
  EXPECT_THAT(policy.err, HasSubstr("unknown policy 'fair'"));
  EXPECT_EQ(ringside({"bench"}).code, 2);
}

}  // namespace
}  // namespace ringside::harness
