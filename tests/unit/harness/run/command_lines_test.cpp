// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/command_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CommandLines : public ::testing::Test {
 protected:
  CommandLines() {
    scenario_.port_count = 2;
    scenario_.client_slots = 2;
    scenario_.clients.resize(2);
    scenario_.clients[1].id = 1;
  }
  std::string server() const { return join_words(server_command(scenario_, plan_)); }

  Scenario scenario_;
  LaunchPlan plan_{{"/bin/mp_server", "/bin/mp_client", "/bin/mp_wire", true},
                   {false, 256, "", ""},
                   CpuPlan({0, 1}, 1),
                   "rsAB",
                   {},
                   1522,
                   {}};
};

TEST_F(CommandLines, AServerOnRingPorts) {
  EXPECT_EQ(server(),
            "/bin/mp_server --lcores 0@0 --no-huge -m 256 --no-pci --log-level=lib.eal:error "
            "--file-prefix=rsAB -- -p 0x3 -n 2 --ring-port wire0 --ring-port wire1 --policy "
            "round-robin --on-full drop --start-after 2 --max-frame 1522 --stats-file server.json");
}

TEST_F(CommandLines, AServerOnPcapPortsWithItsOptions) {
  scenario_.ports = PortKind::kPcap;
  scenario_.server.policy = "flow-hash";
  scenario_.server.ring_size = 256;
  scenario_.server.burst = 8;
  scenario_.server.start_after = 1;
  scenario_.server.extra = {"--stats-period", "1"};
  plan_.vdevs = {vdev_argument(PortKind::kPcap, 0), vdev_argument(PortKind::kPcap, 1)};
  EXPECT_THAT(server(), HasSubstr("--vdev net_pcap0,rx_pcap=in0.pcap,tx_pcap=out0.pcap --vdev "
                                  "net_pcap1,rx_pcap=in1.pcap,tx_pcap=out1.pcap -- "));
  EXPECT_THAT(server(), HasSubstr("--policy flow-hash --ring-size 256 "));
  EXPECT_THAT(server(), HasSubstr("--burst 8 "));
  EXPECT_THAT(server(), HasSubstr("--start-after 1 "));
  EXPECT_THAT(server(), HasSubstr("--stats-period 1"));
  EXPECT_THAT(server(), Not(HasSubstr("--ring-port")));
}

TEST_F(CommandLines, DeviceArgumentsStayUnder64CharactersWithTheLastPort) {
  EXPECT_LT(vdev_argument(PortKind::kPcap, 31).size(), 64u);
}

TEST_F(CommandLines, AClientIsASecondaryWithItsOwnLcore) {
  ClientOptions client;
  client.id = 1;
  client.handler = "delay:1000";
  EXPECT_EQ(join_words(client_command(client, plan_)),
            "/bin/mp_client --lcores 33@1 --no-huge --no-pci --log-level=lib.eal:error "
            "--proc-type=secondary --file-prefix=rsAB -- -n 1 --mark mac --handler delay:1000");
}

TEST_F(CommandLines, TheServerKeepsTheEventsOfEveryKill) {
  Step churn;
  churn.kills = 50;
  scenario_.steps = {churn};
  EXPECT_THAT(server(), Not(HasSubstr("--keep-events"))) << "it has room for so many";
  scenario_.steps = {churn, churn, churn};
  EXPECT_THAT(server(), HasSubstr("--keep-events 2400"));
  scenario_.steps[0].kills = 1'000'000;
  EXPECT_THAT(server(), HasSubstr("--keep-events 1000000"));
}

TEST_F(CommandLines, AWrappedProgramStandsBehindItsTool) {
  plan_.wraps["client0"] = {"gdb", "--args"};
  EXPECT_THAT(join_words(client_command(scenario_.clients[0], plan_)),
              HasSubstr("gdb --args /bin/mp_client --lcores"));
  EXPECT_THAT(join_words(client_command(scenario_.clients[1], plan_)), Not(HasSubstr("gdb")));
  EXPECT_THAT(server(), Not(HasSubstr("gdb")));
}

TEST_F(CommandLines, HugepagesHaveTheirDirectory) {
  plan_.memory = {true, 128, "/mnt/huge", ""};
  EXPECT_THAT(server(), HasSubstr("--huge-dir /mnt/huge -m 128"));
  EXPECT_THAT(join_words(wire_command(plan_)), HasSubstr("--huge-dir /mnt/huge --no-pci"));
}

TEST_F(CommandLines, ReceptionWaitsForTheClientsThatStartAtTheBeginning) {
  scenario_.clients[1].start = false;
  EXPECT_EQ(start_after(scenario_), 1u);
  scenario_.clients[0].start = false;
  EXPECT_EQ(start_after(scenario_), 1u);
  scenario_.server.start_after = 2;
  EXPECT_EQ(start_after(scenario_), 2u);
}

TEST_F(CommandLines, HowLongTheServerWaitsForPacketsIsKnownHoweverItIsTold) {
  using namespace std::chrono_literals;
  ServerOptions server;
  EXPECT_EQ(drain_timeout(server), 5s);
  server.drain_timeout = 2;
  EXPECT_EQ(drain_timeout(server), 2s);
  server.extra = {"--burst", "8", "--drain-timeout", "60"};
  EXPECT_EQ(drain_timeout(server), 60s);
  server.extra = {"--drain-timeout=500ms", "--evict-hung"};
  EXPECT_EQ(drain_timeout(server), 500ms);
  server.extra = {"--drain-timeout", "long"};
  EXPECT_EQ(drain_timeout(server), 2s);
  server.extra = {"--drain-timeout"};
  EXPECT_EQ(drain_timeout(server), 2s);
}

TEST_F(CommandLines, MoreClientsAndDirectModeNeedMoreMemory) {
  const unsigned two = needed_megabytes(scenario_, 1522, false);
  scenario_.client_slots = 16;
  EXPECT_GT(needed_megabytes(scenario_, 1522, false), two);
  EXPECT_GT(needed_megabytes(scenario_, 9000, false), needed_megabytes(scenario_, 1522, false));
  const unsigned looped = needed_megabytes(scenario_, 1522, false, 10'000);
  EXPECT_GT(looped, needed_megabytes(scenario_, 1522, false) + 22) << "2368 bytes for each packet";
}

}  // namespace
}  // namespace ringside::harness
