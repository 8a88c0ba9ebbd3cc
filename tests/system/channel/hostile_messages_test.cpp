// SPDX-License-Identifier: BSD-3-Clause
// Messages that no client sends are refused, counted and harmless.
#include <nlohmann/json.hpp>

#include "tests/system/program_fixture.hpp"

namespace ringside {
namespace {

using ::testing::HasSubstr;

class HostileMessages : public fixtures::ProgramTest {
 protected:
  Running start_forger(int victim) {
    return start(MESSAGE_FORGER, join(secondary("9@1"), {std::to_string(victim)}));
  }
  nlohmann::json statistics() const {
    std::ifstream file(directory_->path() + "/stats.json");
    return nlohmann::json::parse(file);
  }
};

TEST_F(HostileMessages, AreRefusedInWordsAndCountedAndTheServerServesOn) {
  auto server = start_server(
      {"-p", "3", "-n", "2", "--ring-port", "a", "--ring-port", "b", "--stats-file", "stats.json"});
  ASSERT_TRUE(server.wait_for("Ready for")) << server.err();
  auto client = start_client({"-n", "0"});
  ASSERT_TRUE(server.wait_for("Client process 0 connected")) << client.err();
  auto forger = start_forger(client.pid());
  const fixtures::Ended forged = forger.wait_end();
  EXPECT_EQ(forged.exit_code, 0) << forged.err;
  const std::string victim = std::to_string(client.pid());
  EXPECT_THAT(forged.out,
              HasSubstr("malformed: malformed: the message is not one of this project"));
  EXPECT_THAT(forged.out, HasSubstr("forged: forged_pid: the message names process " + victim));
  EXPECT_THAT(forged.out, HasSubstr("unknown: unknown_id: client id 256 does not exist"));
  EXPECT_THAT(forged.out, HasSubstr("layout: other_layout: the client knows layout version"));
  EXPECT_THAT(forged.out, HasSubstr("dpdk: other_dpdk: the client runs on DPDK 1.2.3"));
  EXPECT_THAT(forged.out, HasSubstr("process: no_such_process: the server sees no process"));
  EXPECT_THAT(forged.out, HasSubstr("version: other_version: the message is of version 9"));
  EXPECT_THAT(forged.out, HasSubstr("taken: id_taken: client id 0 is taken by process " + victim));
  EXPECT_THAT(forged.out, HasSubstr("statistics: Stats: RX=0 TX=0"));

  // It serves on: the client it had is there, the next one joins, both end as they should.
  auto next = start_client({"-n", "1"}, "2@1");
  EXPECT_TRUE(server.wait_for("Client process 1 connected")) << next.err();
  EXPECT_EQ(next.end().exit_code, 0);
  EXPECT_EQ(server.end().exit_code, 0);
  EXPECT_EQ(client.wait_end().exit_code, 0);

  const nlohmann::json control = statistics().at("control");
  const nlohmann::json& refused = control.at("refused");
  EXPECT_GE(control.at("joins"), 2) << "a slow answer may have been asked for twice";
  EXPECT_EQ(control.at("requests"), 1);
  EXPECT_GT(control.at("heartbeats"), 0);
  EXPECT_EQ(refused.at("forged_pid"), 2) << "a join and a leave in the client's name";
  EXPECT_EQ(refused.at("other_generation"), 2) << "a leave and a heartbeat in its own name";
  for (const char* once : {"unknown_id", "other_layout", "other_dpdk", "no_such_process",
                           "other_version", "id_taken"}) {
    EXPECT_EQ(refused.at(once), 1) << once;
  }
  // The flood, and the one malformed message before it.
  EXPECT_EQ(refused.at("malformed").get<int>() + refused.at("flooding").get<int>(), 10'001);
  EXPECT_EQ(refused.at("lcore_taken"), 0);
}

}  // namespace
}  // namespace ringside
