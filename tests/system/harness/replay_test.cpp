// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/pcap/capture_file.hpp"
#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

class Replay : public test::RingsideTest {};

TEST_F(Replay, OnPcapPortsDeliversEverythingAndSaysWhichClientGotWhat) {
  const auto run = ringside({"replay", capture("imix"), "--ports", "pcap", "--clients", "3"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("pcap ports"));
  EXPECT_THAT(run.out, HasSubstr("360 went in = 360 came out + 0 dropped"));
  EXPECT_THAT(run_directories(), IsEmpty());
}

TEST_F(Replay, OnRingPortsWritesItsResultAsJsonAndKeepsWhatCameOut) {
  const auto run = ringside({"replay", capture("imix"), capture("both-directions"), "--policy",
                             "round-robin", "--json", "-", "--capture", directory_ + "/kept"});
  EXPECT_EQ(run.code, 0) << run.err;
  const Json json = Json::parse(run.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << run.out;
  EXPECT_EQ(json["ledger"]["balanced"], true);
  EXPECT_EQ(json["ledger"]["dropped"], 0);
  const auto first = read_capture(directory_ + "/kept/out1.pcap");
  const auto second = read_capture(directory_ + "/kept/out0.pcap");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->size(), read_capture(capture("imix"))->size());
  EXPECT_EQ(second->size(), read_capture(capture("both-directions"))->size());
}

TEST_F(Replay, DropsAreCountedWhenTheyAreAllowed) {
  const auto run = ringside({"replay", capture("zipf-10k"), "--on-full", "drop", "--ring-size",
                             "64", "--handler", "delay:20000"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("work_ring.ring_full"));
}

TEST_F(Replay, WhatStandsBehindTwoDashesIsForTheServer) {
  const auto run = ringside({"replay", capture("imix"), "--", "--no-such-option"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("no-such-option"));
}

TEST_F(Replay, APacedSendTakesItsTime) {
  const auto run = ringside({"replay", capture("imix"), "--rate", "1000", "--json", "-"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_GT(Json::parse(run.out)["duration_s"], 0.3);
}

}  // namespace
}  // namespace ringside::harness
