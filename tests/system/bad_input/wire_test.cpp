// SPDX-License-Identifier: BSD-3-Clause
// Bad input to mp_wire gets a sentence and an exit code, never a crash. Bad requests are the matter
// of tests/eal/wire.
#include <fstream>

#include "core/idle.hpp"
#include "core/proc_stat.hpp"
#include "tests/system/program_fixture.hpp"

namespace ringside {
namespace {

using fixtures::FailsWith;
using fixtures::Words;

class BadInputWire : public fixtures::ProgramTest {
 protected:
  fixtures::Ended run(const Words& application, const std::string& lcores = "100@0") {
    return start_wire(application, lcores).wait_end();
  }
};

TEST_F(BadInputWire, EveryBadCommandLineIsRefusedWithASentence) {
  const std::vector<std::pair<Words, const char*>> bad{
      {{"--wiat", "3"}, "unknown option '--wiat'"},
      {{"a.pcap"}, "unknown option 'a.pcap'"},
      {{"--wait"}, "--wait needs"},
      {{"--wait", "soon"}, "not 'soon'"},
      {{"--wait", "-1"}, "not '-1'"},
  };
  for (const auto& [words, sentence] : bad) {
    EXPECT_THAT(run(words), FailsWith("mp_wire", kUsage, sentence));
  }
}

TEST_F(BadInputWire, WithoutAServerItSaysWhatToStart) {
  EXPECT_THAT(run({"--wait", "0.2"}),
              FailsWith("mp_wire", kEnvironment, "start it first, for example: mp_server"));
}

TEST_F(BadInputWire, AWireIsNoPrimary) {
  auto wire = start(bin("mp_wire"), {"--no-huge", "--no-pci", "--"});
  EXPECT_THAT(wire.wait_end(), FailsWith("mp_wire", kUsage, "--proc-type=secondary"));
}

TEST_F(BadInputWire, AServerWithoutRingPortsIsNamed) {
  Words eal = primary();
  eal.insert(eal.end(), {"--vdev", "net_null0", "--vdev", "net_null1"});
  auto server = start_server({"-p", "3", "-n", "1"}, eal);
  ASSERT_TRUE(server.wait_for("Ready for")) << server.err();
  EXPECT_THAT(run({}), FailsWith("mp_wire", kEnvironment, "start it with --ring-port"));
  EXPECT_EQ(server.end().exit_code, 0);
}

TEST_F(BadInputWire, ASecondWireIsRefusedAndTheFirstNamed) {
  auto server = start_good_server();
  auto first = start_wire({});
  ASSERT_TRUE(first.wait_for("ready")) << first.err();
  EXPECT_THAT(run({}, "101@0"), FailsWith("mp_wire", kEnvironment,
                                          "another mp_wire (pid " + std::to_string(first.pid())));
  EXPECT_EQ(first.end().exit_code, 0);
  auto next = start_wire({}, "101@0");
  EXPECT_TRUE(next.wait_for("ready")) << "the first has given its place back: " << next.err();
  EXPECT_EQ(next.end().exit_code, 0);
}

TEST_F(BadInputWire, AKilledWireMakesRoomBeforeItsParentHasWaitedForIt) {
  auto server = start_good_server();
  auto killed = start_wire({});
  ASSERT_TRUE(killed.wait_for("ready")) << killed.err();
  ASSERT_EQ(::kill(killed.pid(), SIGKILL), 0);
  const std::string stat = "/proc/" + std::to_string(killed.pid()) + "/stat";
  ASSERT_TRUE(poll_until(kDeadline, [&] {
    return is_exiting_in(proc_text(std::ifstream(stat))) == true;
  })) << "a zombie";
  auto next = start_wire({});
  EXPECT_TRUE(next.wait_for("ready")) << next.err();
  EXPECT_EQ(next.end().exit_code, 0);
}

TEST_F(BadInputWire, AnLcoreIdOfTheServerIsRefused) {
  auto server = start_good_server();
  EXPECT_THAT(run({}, "0@1"),
              FailsWith("mp_wire", kEnvironment, "lcore id 0 belongs to the server"));
}

TEST_F(BadInputWire, AServerOfAnotherLayoutIsRefused) {
  auto server = start(OTHER_LAYOUT_SERVER, primary());
  ASSERT_TRUE(server.wait_for("ready")) << server.err();
  EXPECT_THAT(run({}), FailsWith("mp_wire", kEnvironment, "layout"));
}

}  // namespace
}  // namespace ringside
