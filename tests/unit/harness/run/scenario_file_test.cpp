// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/scenario_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ringside::harness {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ScenarioFile : public ::testing::Test {
 protected:
  ScenarioFile() {
    char path[] = "/tmp/ringside_test_XXXXXX";
    directory_ = ::mkdtemp(path);
    std::filesystem::create_directories(directory_ + "/pcaps");
    for (const char* name : {"imix", "zipf-10k"}) {
      std::ofstream(directory_ + "/pcaps/" + name + ".pcap") << "";
    }
  }
  ~ScenarioFile() override { std::filesystem::remove_all(directory_); }

  Result<std::vector<Scenario>> load(const std::string& text) const {
    std::ofstream(directory_ + "/demo.toml") << text;
    return load_scenarios(directory_ + "/demo.toml", directory_ + "/pcaps");
  }
  Scenario one(const std::string& text) const {
    const auto scenarios = load(text);
    EXPECT_TRUE(scenarios.ok()) << scenarios.error().message;
    EXPECT_TRUE(scenarios.ok() && scenarios->size() == 1);
    return scenarios.ok() ? scenarios->at(0) : Scenario();
  }
  /// The error without the directory's name.
  std::string error(const std::string& text) const {
    const auto scenarios = load(text);
    if (scenarios.ok()) return "no error";
    EXPECT_EQ(scenarios.error().code, ExitCode::kUsage);
    EXPECT_THAT(scenarios.error().message, HasSubstr(directory_));
    return scenarios.error().message.substr(directory_.size() + 1);
  }

  std::string directory_;
};

TEST_F(ScenarioFile, ReadsAWholeScenario) {
  const Scenario scenario = one(R"(
description = "A paused client"
tags = ["core"]
timeout = 20
requires = ["root"]
[ports]
kind = "ring"
count = 4
[server]
policy = "flow-hash"
ring_size = 256
on_full = "wait"
[clients]
count = 2
handler = "delay:1000"
[play]
steps = []
)");
  EXPECT_EQ(scenario.name, "demo");
  EXPECT_EQ(scenario.description, "A paused client");
  EXPECT_EQ(scenario.timeout_s, 20);
  EXPECT_EQ(scenario.ports, PortKind::kRing);
  EXPECT_EQ(scenario.port_count, 4u);
  EXPECT_EQ(scenario.server.ring_size, 256u);
  EXPECT_EQ(scenario.server.on_full, "wait");
}

TEST_F(ScenarioFile, SendsAllCapturesOneAfterTheOther) {
  const std::string text = "play.steps = [{send = \"*\", port = 1, loops = 2}]\nports.count = 2\n";
  const auto steps = one(text).steps;
  ASSERT_THAT(steps, SizeIs(2));
  EXPECT_EQ(steps[0].text, "send 2 times imix into port 1");
  EXPECT_EQ(steps[1].text, "send 2 times zipf-10k into port 1");
  EXPECT_THAT(steps[1].capture, HasSubstr("zipf-10k.pcap"));

  std::filesystem::remove_all(directory_ + "/pcaps");
  EXPECT_THAT(error(text), HasSubstr("demo.toml:1:15: there are no captures in"));
}

TEST_F(ScenarioFile, AClientCanDifferFromTheOthers) {
  const Scenario scenario = one(R"(
[clients]
count = 2
handler = "delay:1000"
1 = {start = false, handler = "drop"}
[play]
steps = []
)");
  ASSERT_THAT(scenario.clients, SizeIs(2));
  EXPECT_EQ(scenario.clients[0].handler, "delay:1000");
  EXPECT_TRUE(scenario.clients[0].start);
  EXPECT_EQ(scenario.clients[1].id, 1u);
  EXPECT_EQ(scenario.clients[1].handler, "drop");
  EXPECT_FALSE(scenario.clients[1].start);
}

TEST_F(ScenarioFile, ReadsEveryKindOfStep) {
  const Scenario scenario = one(R"(
[play]
steps = [
  {send = "imix", port = 1, count = 100, rate = 5000, background = true},
  {await = "quiet", within = 3},
  {check = "client1.ring_used == 255"},
  {pause = "client1"},
  {resume = "client1"},
  {kill = "client0", signal = "SIGTERM"},
  {start = "client0"},
  {stop = "sends"},
  {await-state = "client1", state = "suspect", within = 2.5},
  {kill = "client1", after_packets = 5000},
  {kill = "client1", after = 0.25, signal = "SIGTERM"},
  {restart-server = "kill"},
  {restart-server = "stop"},
  {churn = 7},
]
[clients]
count = 2
)");
  ASSERT_THAT(scenario.steps, SizeIs(14));
  EXPECT_EQ(scenario.steps[0].text,
            "send 100 packets of imix into port 1 at 5000 packets/s, in the background");
  EXPECT_EQ(scenario.steps[0].line, 4u);
  EXPECT_EQ(scenario.steps[0].capture, directory_ + "/pcaps/imix.pcap");
  EXPECT_EQ(scenario.steps[1].condition.text(), kQuiet);
  EXPECT_EQ(scenario.steps[1].within, 3);
  EXPECT_EQ(scenario.steps[3].target.number, 1u);
  EXPECT_EQ(scenario.steps[5].signal, SIGTERM);
  EXPECT_EQ(scenario.steps[7].target.kind, Target::Kind::kSends);
  EXPECT_EQ(scenario.steps[8].verb, Verb::kAwait);
  EXPECT_EQ(scenario.steps[8].condition.text(), "client1.state == 'suspect'");
  EXPECT_EQ(scenario.steps[8].within, 2.5);
  EXPECT_EQ(scenario.steps[8].text, "await client1 suspect");
  EXPECT_EQ(scenario.steps[9].after_packets, 5000u);
  EXPECT_EQ(scenario.steps[9].signal, SIGKILL);
  EXPECT_EQ(scenario.steps[9].text, "kill client1 when 5000 packets are received");
  EXPECT_EQ(scenario.steps[10].after_s, 0.25);
  EXPECT_EQ(scenario.steps[10].text, "kill client1 after 0.25 s with SIGTERM");
  EXPECT_EQ(scenario.steps[11].verb, Verb::kRestartServer);
  EXPECT_EQ(scenario.steps[11].signal, SIGKILL);
  EXPECT_EQ(scenario.steps[12].signal, SIGINT);
  EXPECT_EQ(scenario.steps[13].kills, 7u);
}

TEST_F(ScenarioFile, ReadsExpectations) {
  const Scenario scenario = one(R"(
[play]
steps = []
[expect]
checks = ["conservation", "drops"]
drops = {"work_ring.ring_full.1" = 245, "client.handler" = [1, 5]}
packets_per_client = [500, 500]
all_received = false
exits = {client0 = "SIGKILL", server = 5}
)");
  const Expectations& e = scenario.expectations;
  EXPECT_FALSE(e.all_received);
  EXPECT_THAT(e.packets_per_client, ElementsAre(500, 500));
  ASSERT_THAT(*e.drops, SizeIs(2));
  EXPECT_EQ((*e.drops)[0].key, "client.handler");
  EXPECT_EQ((*e.drops)[0].max, 5u);
  EXPECT_EQ((*e.drops)[1].min, 245u);
  EXPECT_EQ(scenario.exits.at("client0").signal, SIGKILL);
  EXPECT_EQ(scenario.exits.at("server").exit_code, 5);
}

TEST_F(ScenarioFile, WhatARecoveryMayCostIsStatedByItself) {
  const RecoveryBounds bounds =
      one("play.steps = []\n[expect]\n"
          "recovery = {detect_ms = 50, pause_ms = 20, moved_excess = 0.02, "
          "moved_beyond_share = 0.03, server_death_ms = 1000}\n")
          .expectations.recovery;
  EXPECT_EQ(bounds.detect_ms, 50);
  EXPECT_EQ(bounds.pause_ms, 20);
  EXPECT_EQ(bounds.moved_excess, 0.02);
  EXPECT_EQ(bounds.moved_beyond_share, 0.03);
  EXPECT_EQ(bounds.server_death_ms, 1000);
  EXPECT_FALSE(bounds.flow_again_ms);
  EXPECT_FALSE(bounds.restart_ms);
  EXPECT_THAT(error("play.steps = []\n[expect]\nrecovery = {detekt_ms = 50}\n"),
              HasSubstr("demo.toml:3:13: unknown key \"detekt_ms\" (did you mean"));
}

TEST_F(ScenarioFile, AStepThatSaysTooLittleOrTooMuchIsAnError) {
  const auto step = [&](const char* words) {
    return error(std::string("play.steps = [\n  {") + words + "},\n]\nclients.count = 2\n");
  };
  EXPECT_THAT(step("await-state = \"client1\""), HasSubstr("demo.toml:2:18: the state of client1"));
  EXPECT_THAT(step("await-state = \"client1\", state = \"ded\""), HasSubstr("demo.toml:2:37: "));
  EXPECT_THAT(step("await-state = \"server\", state = \"dead\""),
              HasSubstr("demo.toml:2:18: only clients have states"));
  EXPECT_THAT(step("await-state = \"client7\", state = \"dead\""), HasSubstr("\"client7\""));
  EXPECT_THAT(step("kill = \"client1\", after = 1, after_packets = 1"), HasSubstr("not both"));
  EXPECT_THAT(step("kill = \"client1\", after_packets = 0"), HasSubstr("demo.toml:2:38: "));
  EXPECT_THAT(step("kill = \"client1\", after_packts = 5"), HasSubstr("\"after_packets\""));
  EXPECT_THAT(step("kill = \"client1\", signal = \"SIGSTOP\""),
              HasSubstr("SIGSTOP ends no program; pause stops one"));
  EXPECT_THAT(step("restart-server = \"gently\""), HasSubstr("demo.toml:2:21: "));
  EXPECT_THAT(step("restart-servr = \"kill\""), HasSubstr("restart-server"));
  EXPECT_THAT(error("ports.kind = \"pcap\"\nplay.steps = [\n  {restart-server = \"kill\"},\n]\n"),
              HasSubstr("demo.toml:3:1: step \"kill the server and start the next one\""));
}

TEST_F(ScenarioFile, AStepNamesSomethingThatItCanBeDoneTo) {
  const auto step = [&](const char* words) {
    return error(std::string("play.steps = [{") + words + "}]\nclients.count = 2\n");
  };
  EXPECT_THAT(step("start = \"server\""),
              HasSubstr("there is no \"server\" to start; there is client0, client1"));
  EXPECT_THAT(step("stop = \"wire\""),
              HasSubstr("to stop; there is server, sends, client0, client1"));
  EXPECT_THAT(step("kill = \"wire.port1\""), HasSubstr("\"wire.port1\" to kill"));
  EXPECT_THAT(step("pause = \"sends\""), HasSubstr("\"sends\" to pause"));
  EXPECT_THAT(step("crash = \"wire\""), HasSubstr("\"wire\" to crash"));
  EXPECT_THAT(one("play.steps = [{pause = \"wire.port1\"}, {kill = \"wire\"}]").steps, SizeIs(2));
}

TEST_F(ScenarioFile, AfterTheEndOfTheServerNoStepNeedsOne) {
  const auto after = [&](const char* end, const char* step) {
    return std::string("play.steps = [\n  {") + end + " = \"server\"},\n  {" + step +
           "},\n]\nclients.count = 2\n";
  };
  EXPECT_THAT(error(after("kill", "await = \"quiet\"")),
              HasSubstr("demo.toml:3:1: step \"await quiet\": there is no server any more after "
                        "\"kill server\"; restart-server goes on with the next one"));
  EXPECT_THAT(error(after("stop", "start = \"client0\"")), HasSubstr("after \"stop server\""));
  EXPECT_THAT(error(after("kill", "restart-server = \"kill\"")), HasSubstr("no server any more"));
  EXPECT_THAT(error(after("kill", "kill = \"server\"")), HasSubstr("no server any more"));
  EXPECT_THAT(error(after("kill", "kill = \"client1\", after_packets = 5")),
              HasSubstr("no server any more"));
  EXPECT_THAT(one(after("kill", "resume = \"client1\"")).steps, SizeIs(2));
  EXPECT_THAT(one(after("kill", "stop = \"sends\"")).steps, SizeIs(2));
}

TEST_F(ScenarioFile, AnyDropsCanBeAllowed) {
  EXPECT_FALSE(one("play.steps = []\n[expect]\ndrops = \"any\"\n").expectations.drops);
}

TEST_F(ScenarioFile, AMatrixMakesOneInstanceForEachCombination) {
  const auto scenarios = load(R"(
tags = ["core"]
play.steps = [{send = "${capture}"}]
exclude = [{ports = "pcap", clients = 3}]
[matrix]
ports = ["pcap", "ring"]
capture = ["*"]
clients = [1, 3]
[ports]
kind = "${ports}"
[clients]
count = "${clients}"
[tagged]
smoke = {capture = "imix", clients = [1], ports = "ring"}
)");
  ASSERT_TRUE(scenarios.ok()) << scenarios.error().message;
  std::vector<std::string> names;
  for (const auto& scenario : *scenarios) names.push_back(scenario.name);
  EXPECT_THAT(names,
              ElementsAre("demo/pcap/imix/1", "demo/pcap/zipf-10k/1", "demo/ring/imix/1",
                          "demo/ring/imix/3", "demo/ring/zipf-10k/1", "demo/ring/zipf-10k/3"));
  EXPECT_THAT(scenarios->at(2).tags, ElementsAre("core", "smoke"));
  EXPECT_THAT(scenarios->at(3).tags, ElementsAre("core"));
  EXPECT_THAT(scenarios->at(3).clients, SizeIs(3));
  EXPECT_EQ(scenarios->at(0).ports, PortKind::kPcap);
}

TEST_F(ScenarioFile, AnUnknownKeyIsAnErrorWithItsPlaceAndASuggestion) {
  EXPECT_EQ(error("play.steps = []\n[server]\npolcy = \"port\"\n"),
            "demo.toml:3:1: unknown key \"polcy\" (did you mean \"policy\"?)");
  EXPECT_EQ(error("play.steps = []\nelephants = 3\n"), "demo.toml:2:1: unknown key \"elephants\"");
  EXPECT_THAT(error("play.steps = [\n  {send = \"imix\", prt = 0},\n]\n"),
              HasSubstr("demo.toml:2:19: unknown key \"prt\" (did you mean \"port\"?)"));
}

TEST_F(ScenarioFile, AnUnknownKeySaysMoreThanWhatIsNotThere) {
  EXPECT_THAT(error("\n[scenario]\nports = \"ring\"\n"),
              HasSubstr("demo.toml:2:2: unknown key \"scenario\""));
  EXPECT_EQ(error("[plya]\nsteps = []\n"),
            "demo.toml:1:2: unknown key \"plya\" (did you mean \"play\"?)");
  EXPECT_EQ(error("[play]\nstep = []\n"),
            "demo.toml:2:1: unknown key \"step\" (did you mean \"steps\"?)");
  EXPECT_THAT(error("[expect]\npackts = true\n"), HasSubstr("demo.toml:2:1: unknown key"));
  EXPECT_THAT(error("description = \"nothing\"\n"), HasSubstr("a scenario has a table [play]"));
}

TEST_F(ScenarioFile, ANameThatNothingBearsIsAnErrorAndNotAZero) {
  const auto step = [&](const char* words) {
    return error(std::string("play.steps = [\n  {") + words + "},\n]\nclients.count = 2\n");
  };
  EXPECT_THAT(step("await = \"receivd == sent\""),
              HasSubstr("demo.toml:2:12: nothing is called \"receivd\" here"));
  EXPECT_THAT(step("check = \"drops.work_ring.rin_full == 0\""), HasSubstr("demo.toml:2:12: "));
  EXPECT_THAT(step("check = \"client2.handed == 0\""), HasSubstr("\"client2.handed\""));
  EXPECT_THAT(step("check = \"port2.received == 0\""), HasSubstr("\"port2.received\""));
  EXPECT_THAT(step("check = \"events.death == 0\""), HasSubstr("\"events.death\""));
  EXPECT_EQ(step("check = \"events.dead == 0 and events.total == 0\""), "no error");
  EXPECT_THAT(step("check = \"wire.port0.snt == 0\""), HasSubstr("\"wire.port0.snt\""));
  EXPECT_THAT(error("play.steps = []\n[expect]\ndrops = {\"work_ring.rin_full\" = [0, 5]}\n"),
              HasSubstr("demo.toml:3:10: no drop is called \"work_ring.rin_full\""));
  EXPECT_THAT(error("play.steps = []\nclients.count = 2\n[expect]\nexits = {client9 = 1}\n"),
              HasSubstr("demo.toml:4:10: there is no program \"client9\""));
}

TEST_F(ScenarioFile, TheFirstUnknownKeyInTheFileIsNamed) {
  EXPECT_THAT(error("zebras = 1\napes = 2\nplay.steps = []\n"), HasSubstr("demo.toml:1:1: "));
}

TEST_F(ScenarioFile, AWrongValueIsAnErrorWithItsPlace) {
  EXPECT_EQ(
      error("play.steps = []\n[server]\npolicy = \"flow-hsh\"\n"),
      "demo.toml:3:10: policy is one of round-robin, flow-hash, symmetric-flow-hash, port, not "
      "\"flow-hsh\" (did you mean \"flow-hash\"?)");
  EXPECT_THAT(error("play.steps = []\n[clients]\ncount = 17\n"),
              HasSubstr("demo.toml:3:9: count is a number from 1 to 16, not \"17\""));
  EXPECT_THAT(error("play.steps = []\n[ports]\nkind = [1]\n"), HasSubstr("kind is a text"));
  EXPECT_THAT(error("play.steps = [{send = \"imx\"}]\n"),
              AllOf(HasSubstr("demo.toml:1:23: there is no capture"), HasSubstr("\"imix\"")));
  EXPECT_THAT(error("play.steps = [{sned = \"imix\"}]\n"), HasSubstr("(did you mean \"send\"?)"));
  EXPECT_THAT(error("play.steps = [{pause = \"client1\"}]\n"),
              HasSubstr("no \"client1\" to pause"));
  EXPECT_THAT(error("play.steps = [{await = \"received\"}]\n"), HasSubstr("compares nothing"));
  EXPECT_THAT(error("play.steps = [{send = \"${capture}\"}]\n"),
              HasSubstr("[matrix] has no \"capture\""));
  EXPECT_THAT(error("play.steps = []\n[expect]\nchecks = [\"afinity\"]\n"),
              HasSubstr("\"affinity\""));
}

TEST_F(ScenarioFile, BrokenTomlIsAnErrorWithItsPlace) {
  EXPECT_THAT(error("play.steps = [\n"), HasSubstr("demo.toml:1:"));
}

TEST_F(ScenarioFile, StepsThatPcapPortsCannotPlayAreRefused) {
  EXPECT_THAT(error("play.steps = [\n  {pause = \"client0\"},\n]\n[ports]\nkind = \"pcap\"\n"),
              AllOf(HasSubstr("demo.toml:2:1:"), HasSubstr("use ring ports")));
  EXPECT_THAT(error("play.steps = [{send = \"imix\"}]\n[ports]\nkind = \"null\"\n"),
              HasSubstr("null ports feed themselves"));
}

}  // namespace
}  // namespace ringside::harness
