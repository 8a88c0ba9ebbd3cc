// SPDX-License-Identifier: BSD-3-Clause
// One fault at a time: the check that exists for it fails and says why, the others stay quiet.
#include "harness/checks/checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/checks/simulated_run.hpp"

namespace ringside::harness {
namespace {

using namespace fixtures;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// 200 flows of 10 packets over 2 clients.
SimulatedRun flow_hash_run() {
  SimulatedRun run("flow-hash", 2);
  run.send_flows(200, 10);
  run.forward();
  return run;
}

TEST(Checks, ARunWithoutFaultPassesAllThatApply) {
  const Observation observation = flow_hash_run().observe();
  EXPECT_THAT(ending_with(Outcome::kPass, observation),
              ElementsAre("affinity", "balance", "conservation", "drops", "exits", "integrity",
                          "leak", "order", "pairing"));
  EXPECT_THAT(ending_with(Outcome::kSkip, observation), ElementsAre("recovery"));
}

TEST(Checks, EveryPolicyWithoutFaultPasses) {
  for (const char* policy : {"round-robin", "flow-hash", "symmetric-flow-hash", "port"}) {
    for (const unsigned clients : {1u, 2u, 3u, 8u, 16u}) {
      for (const bool marked : {true, false}) {
        SimulatedRun run(policy, clients, 4);
        run.marked = marked;
        run.send_flows(160, 3);
        for (unsigned flow = 0; flow < 20; ++flow) run.send(1, udp_reply(flow, flow));
        for (unsigned i = 0; i < 20; ++i) run.send(3, raw_frame(i % 4, i));
        run.forward();
        const auto results = run_checks(run.observe(), {});
        for (const CheckResult& result : *results) {
          EXPECT_NE(result.outcome, Outcome::kFail)
              << policy << ' ' << clients << ' ' << marked << ' ' << result.name << ": "
              << reasons(result);
          EXPECT_NE(result.outcome, Outcome::kError) << result.name;
        }
      }
    }
  }
}

TEST(Checks, ALostPacketFailsConservationAloneAndIsNamed) {
  SimulatedRun run = flow_hash_run();
  run.take(17);
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("conservation"));
  EXPECT_THAT(reasons(judge("conservation", observation)),
              AllOf(HasSubstr("1 packet vanished: 2000 went in, 1999 came out"),
                    HasSubstr("packet 18 of in0.pcap (udp 10.0.0.1:1017 > 10.0.0.2:80)"),
                    HasSubstr("the ledger does not balance")));
}

TEST(Checks, ADropThatTheBooksHideFailsConservation) {
  SimulatedRun run = flow_hash_run();
  run.take(17);
  Observation observation = run.observe();
  // This server claims that what it lost was never received.
  observation.server->ports[0].received -= 1;
  observation.server->ledger.received -= 1;
  observation.server->ledger.missing = 0;
  observation.server->ledger.balanced = true;
  EXPECT_THAT(failing(observation), ElementsAre("conservation"));
  EXPECT_THAT(
      reasons(judge("conservation", observation)),
      HasSubstr("port 0: 2000 packets were sent into it, but the server says received 1999"));
}

TEST(Checks, ADropThatIsCountedAndExpectedPassesAll) {
  SimulatedRun run = flow_hash_run();
  run.drop(3, "work_ring", "ring_full", 1);
  run.drop(9, "work_ring", "ring_full", 1);
  const Observation observation = run.observe();
  Expectations expectations;
  expectations.drops = {{"work_ring.ring_full.1", 2, 2}};
  EXPECT_THAT(failing(observation, expectations), IsEmpty());
  expectations.drops = {{"work_ring.ring_full", 1, 3}};
  EXPECT_THAT(failing(observation, expectations), IsEmpty());
  EXPECT_THAT(judge("conservation", observation).summary,
              HasSubstr("2000 went in = 1998 came out + 2 dropped (work_ring.ring_full.1 2)"));
}

TEST(Checks, ADropThatIsCountedButNotExpectedFailsDropsAlone) {
  SimulatedRun run = flow_hash_run();
  run.drop(3, "work_ring", "ring_full", 1);
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("drops"));
  EXPECT_THAT(reasons(judge("drops", observation)),
              HasSubstr("work_ring.ring_full.1: 1 packet, expected none"));
  Expectations other;
  other.drops = {{"work_ring.ring_full.0", 1, 1}};
  EXPECT_THAT(reasons(judge("drops", observation, other)),
              HasSubstr("work_ring.ring_full.0: 0 packets, expected 1"));
}

TEST(Checks, ADuplicateFailsIntegrityAndTheBooks) {
  SimulatedRun run = flow_hash_run();
  run.out[1].insert(run.out[1].begin() + 21, run.out[1][20]);
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("conservation", "integrity"));
  EXPECT_THAT(reasons(judge("integrity", observation)),
              HasSubstr("packet 22 of out1.pcap is one copy too many of packet 21 of in0.pcap: 1 "
                        "went in, 2 came out"));
}

TEST(Checks, AFlippedByteFailsIntegrityAloneAndIsLocated) {
  SimulatedRun run = flow_hash_run();
  run.out[1][40].frame[50] ^= std::byte{0xff};
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("integrity"));
  EXPECT_THAT(reasons(judge("integrity", observation)),
              HasSubstr("packet 41 of out1.pcap is not what was sent: it differs from packet 41 of "
                        "in0.pcap in 1 of 66 bytes, byte 50 was 0x00 and is 0xff"));
}

TEST(Checks, AnAlteredFrameIsComparedWithWhatDidNotComeOut) {
  constexpr std::size_t kNumber = 45;  // last byte of a frame's number
  SimulatedRun run("flow-hash", 1);
  for (const unsigned number : {0u, 1u}) run.send(0, udp_frame(0, number));
  run.forward();
  run.out[1][1].frame[kNumber] = std::byte{0x80};  // as near to the first frame as to the second
  EXPECT_THAT(reasons(judge("integrity", run.observe())),
              HasSubstr("differs from packet 2 of in0.pcap in 1 of 66 bytes"));
}

TEST(Checks, ACutFrameFailsIntegrityAlone) {
  SimulatedRun run = flow_hash_run();
  run.out[1][40].frame.pop_back();
  EXPECT_THAT(failing(run.observe()), ElementsAre("integrity"));
  EXPECT_THAT(reasons(judge("integrity", run.observe())),
              HasSubstr("none of those that were sent"));
}

TEST(Checks, ASwapWithinAFlowFailsOrderAlone) {
  SimulatedRun run = flow_hash_run();
  std::swap(run.out[1][5], run.out[1][205]);
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("order"));
  EXPECT_THAT(reasons(judge("order", observation)),
              HasSubstr("packet 206 of out1.pcap is packet 6 of in0.pcap (udp 10.0.0.1:1005 > "
                        "10.0.0.2:80): it came out after packet 206 of in0.pcap (packet 6 of "
                        "out1.pcap)"));
}

TEST(Checks, ASwapOfTwoFlowsIsNoFault) {
  SimulatedRun run = flow_hash_run();
  std::swap(run.out[1][5], run.out[1][6]);
  EXPECT_THAT(failing(run.observe()), IsEmpty());
}

TEST(Checks, AWrongClientFailsAffinityAloneAndSaysWhoOwnsTheFlow) {
  SimulatedRun run = flow_hash_run();
  const unsigned owner = run.out[1][16].client;
  run.out[1][16].client = 1 - owner;
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("affinity"));
  EXPECT_THAT(
      reasons(judge("affinity", observation)),
      AllOf(HasSubstr("packet 17 of in0.pcap (udp 10.0.0.1:1016 > 10.0.0.2:80), packet 17 of "
                      "out1.pcap: the flow belongs to client " +
                      std::to_string(owner) + " (hash 0x"),
            HasSubstr("but client " + std::to_string(1 - owner) + " forwarded it")));
}

TEST(Checks, AWholeFlowOnTheWrongClientFailsAffinityForOurServerOnly) {
  SimulatedRun run = flow_hash_run();
  for (std::size_t i = 16; i < run.out[1].size(); i += 200) run.out[1][i].client ^= 1;
  Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("affinity"));
  observation.own_server = false;
  EXPECT_THAT(failing(observation), IsEmpty());
}

TEST(Checks, AFlowOnTwoClientsOfAForeignServerFailsAffinity) {
  SimulatedRun run = flow_hash_run();
  run.out[1][216].client ^= 1;
  Observation observation = run.observe();
  observation.own_server = false;
  EXPECT_THAT(failing(observation), ElementsAre("affinity"));
  EXPECT_THAT(reasons(judge("affinity", observation)),
              HasSubstr("but packet 17 of out1.pcap of the same flow to client"));
}

TEST(Checks, APacketWithoutAMarkFailsAffinity) {
  SimulatedRun run = flow_hash_run();
  run.out[1][0].bears_mark = false;
  EXPECT_THAT(reasons(judge("affinity", run.observe())), HasSubstr("bears no client's mark"));
}

TEST(Checks, SymmetricHashWantsBothDirectionsOnOneClient) {
  SimulatedRun run("symmetric-flow-hash", 3);
  for (unsigned i = 0; i < 300; ++i) {
    run.send(0, udp_frame(i, 0));
    run.send(1, udp_reply(i, 0));
  }
  run.forward();
  EXPECT_THAT(failing(run.observe()), IsEmpty());
  // A server that hashes each direction for itself.
  SimulatedRun one_way("flow-hash", 3);
  one_way.sent = run.sent;
  one_way.forward();
  Observation observation = one_way.observe();
  observation.policy = "symmetric-flow-hash";
  EXPECT_THAT(failing(observation), ElementsAre("affinity"));
  EXPECT_THAT(reasons(judge("affinity", observation)), HasSubstr(" <> "));
  observation.own_server = false;
  EXPECT_THAT(failing(observation), ElementsAre("affinity"));
}

TEST(Checks, TheWrongPortFailsPairingAlone) {
  SimulatedRun run = flow_hash_run();
  run.out[0].push_back(run.take(30));
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("pairing"));
  EXPECT_THAT(reasons(judge("pairing", observation)),
              HasSubstr("packet 1 of out0.pcap is packet 31 of in0.pcap, which came in at port 0 "
                        "and must leave from port 1, not 0"));
}

TEST(Checks, TheWrongPortIsFoundByCountingWhenBothPortsSentTheSameFrame) {
  SimulatedRun run = flow_hash_run();
  run.send(1, udp_frame(0, 0));
  run.out[1].insert(run.out[1].begin(), run.out[1].front());
  EXPECT_THAT(failing(run.observe()), ElementsAre("pairing"));
}

TEST(Checks, AMarkForAnotherPortFailsPairing) {
  SimulatedRun run = flow_hash_run();
  run.out[1][30].marked_port = 0;
  const Observation observation = run.observe();
  EXPECT_THAT(failing(observation), ElementsAre("pairing"));
  EXPECT_THAT(reasons(judge("pairing", observation)), HasSubstr("marked it for port 0"));
}

TEST(Checks, ALeakedBufferFailsLeakAlone) {
  Observation observation = flow_hash_run().observe();
  observation.server->mempools[0].in_use = 3;
  EXPECT_THAT(failing(observation), ElementsAre("leak"));
  EXPECT_THAT(reasons(judge("leak", observation)),
              HasSubstr("mbuf_pool has 3 of 8191 mbufs in use; before the first packet it had 0: 3 "
                        "leaked"));
}

TEST(Checks, AProgramThatEndsUnexpectedlyAndLeftoversFailExits) {
  Observation observation = flow_hash_run().observe();
  observation.programs.push_back({"client0", std::nullopt, 11, false, "exit 0"});
  observation.leftovers.push_back("process 123 (mp_client)");
  EXPECT_THAT(failing(observation), ElementsAre("exits"));
  EXPECT_THAT(reasons(judge("exits", observation)),
              AllOf(HasSubstr("client0 was ended by signal 11, expected exit 0"),
                    HasSubstr("left behind: process 123")));
}

TEST(Checks, NothingSeenFailsEveryCheckThatJudgesPackets) {
  SimulatedRun run = flow_hash_run();
  run.out[1].clear();
  EXPECT_THAT(failing(run.observe()),
              ElementsAre("affinity", "balance", "conservation", "integrity", "order", "pairing"));
}

TEST(Checks, NothingSentFailsEveryCheckThatJudgesPackets) {
  const SimulatedRun run("flow-hash", 2);
  EXPECT_THAT(failing(run.observe()),
              ElementsAre("affinity", "balance", "conservation", "integrity", "order", "pairing"));
}

TEST(Checks, NothingSeenIsFineWhereNothingIsExpected) {
  SimulatedRun run("flow-hash", 2);
  run.send_flows(5, 5);
  Observation observation = run.observe();
  // The packets wait in front of a server that does not receive.
  observation.server->ports[0].received = 0;
  observation.server->ledger = LedgerStats{};
  observation.server->ledger.balanced = true;
  Expectations expectations;
  expectations.packets = false;
  expectations.all_received = false;
  EXPECT_THAT(failing(observation, expectations), IsEmpty());
  EXPECT_THAT(ending_with(Outcome::kPass, observation, expectations),
              ElementsAre("conservation", "drops", "exits", "leak"));
}

TEST(Checks, APacketWhereNoneIsExpectedFails) {
  SimulatedRun run = flow_hash_run();
  Expectations expectations;
  expectations.packets = false;
  EXPECT_THAT(failing(run.observe(), expectations), ElementsAre("conservation"));
}

TEST(Checks, ACaptureThatCannotBeReadIsAnErrorAndNoFailure) {
  Observation observation = flow_hash_run().observe();
  observation.ports[1].capture_error = "capture out1.pcap has a hole";
  EXPECT_THAT(ending_with(Outcome::kError, observation),
              ElementsAre("affinity", "balance", "conservation", "integrity", "order", "pairing"));
  EXPECT_THAT(failing(observation), IsEmpty());
}

TEST(Checks, ACaptureThatTheServerCallsTruncatedIsAnError) {
  Observation observation = flow_hash_run().observe();
  observation.server->captures.push_back({"out1.pcap", true});
  EXPECT_EQ(judge("integrity", observation).outcome, Outcome::kError);
}

TEST(Checks, PortsThatNobodyCanLookIntoAreSkippedAndTheBooksStillJudged) {
  Observation observation = flow_hash_run().observe();
  for (PortObservation& port : observation.ports) {
    port.sent_known = port.captured_known = false;
    port.sent = {};
    port.captured = {};
  }
  EXPECT_THAT(ending_with(Outcome::kSkip, observation),
              ElementsAre("affinity", "balance", "integrity", "order", "pairing", "recovery"));
  EXPECT_THAT(failing(observation), IsEmpty());
  observation.server->ledger.transmitted -= 1;
  EXPECT_THAT(failing(observation), ElementsAre("conservation"));
}

TEST(Checks, WithoutStatisticsPacketsStillDecide) {
  SimulatedRun run = flow_hash_run();
  Observation observation = run.observe();
  observation.server.reset();
  observation.server_stats_error = "it was killed";
  EXPECT_THAT(failing(observation), IsEmpty());
  EXPECT_THAT(ending_with(Outcome::kSkip, observation), ElementsAre("drops", "leak", "recovery"));
  EXPECT_THAT(reasons(judge("leak", observation)), HasSubstr("it was killed"));

  run.take(0);
  observation.ports[1].captured = run.observe().ports[1].captured;
  EXPECT_THAT(failing(observation), ElementsAre("conservation"));
  Expectations one_drop;
  one_drop.drops = {{"work_ring.ring_full", 1, 1}};
  EXPECT_THAT(failing(observation, one_drop), IsEmpty());
}

TEST(Checks, OnlyTheNamedChecksRunAndAnUnknownNameIsRefused) {
  const std::vector<std::string> some = {"order", "integrity"};
  const auto results = run_checks(flow_hash_run().observe(), {}, some);
  ASSERT_EQ(results->size(), 2u);
  EXPECT_EQ(results->front().name, "integrity");
  const std::vector<std::string> wrong = {"odor"};
  const auto error = run_checks(flow_hash_run().observe(), {}, wrong);
  ASSERT_FALSE(error.ok());
  EXPECT_THAT(error.error().message, AllOf(HasSubstr("odor"), HasSubstr("order")));
}

TEST(Checks, ReasonsAreCappedAndTheRestCounted) {
  SimulatedRun run = flow_hash_run();
  for (Output& output : run.out[1]) output.client ^= 1;
  const CheckResult result = judge("affinity", run.observe());
  EXPECT_EQ(result.reasons.size(), kMaxReasons);
  EXPECT_EQ(result.more_reasons, 2000 - kMaxReasons);
}

TEST(Checks, PacketsOfAFileSentRepeatedlyAreNamedByRound) {
  SimulatedRun run = flow_hash_run();
  run.out[1][201].client ^= 1;
  Observation observation = run.observe();
  observation.ports[0].sent_period = 200;
  EXPECT_THAT(reasons(judge("affinity", observation)), HasSubstr("packet 2 of in0.pcap (round 2)"));
}

TEST(Checks, TheWorstResultIsTheOverallOne) {
  const auto with = [](std::vector<Outcome> outcomes) {
    std::vector<CheckResult> results;
    for (const Outcome outcome : outcomes) results.emplace_back().outcome = outcome;
    return overall(results);
  };
  EXPECT_EQ(with({}), Outcome::kSkip);
  EXPECT_EQ(with({Outcome::kSkip, Outcome::kPass}), Outcome::kPass);
  EXPECT_EQ(with({Outcome::kPass, Outcome::kFail, Outcome::kSkip}), Outcome::kFail);
  EXPECT_EQ(with({Outcome::kFail, Outcome::kError}), Outcome::kError);
}

}  // namespace
}  // namespace ringside::harness
