// SPDX-License-Identifier: BSD-3-Clause
// Bad input to mp_server gets a sentence and an exit code, never a crash.
#include <unistd.h>

#include <sstream>

#include "tests/system/program_fixture.hpp"

namespace ringside {
namespace {

using fixtures::FailsWith;
using fixtures::Words;

class BadInputServer : public fixtures::ProgramTest {
 protected:
  fixtures::Ended run(const Words& application, const Words& eal = primary()) {
    return start_server(application, eal).wait_end();
  }
};

struct BadCommandLine {
  const char* words;
  const char* sentence;
};

Words split(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

constexpr BadCommandLine kBadCommandLines[] = {
    {"-p 3 -n 2 --polic port", "--polic"},
    {"-p 3 -n 2 surplus", "surplus"},
    {"-n 2", "-p"},
    {"-p 3", "-n"},
    {"-p 3 -n", "-n"},
    {"-p 3 -n 2 --policy fastest", "unknown policy 'fastest'; the policies are round-robin"},
    {"-p 3 -n 2 --ring-size 1000", "--ring-size 1000 is not a power of two"},
    {"-p 3 -n 2 --ring-size 0", "--ring-size 0 is not a power of two"},
    {"-p 3 -n 2 --ring-size -64", "--ring-size -64 is not a power of two"},
    {"-p 3 -n 2 --ring-size 2097152", "between 64 and 1048576"},
    {"-p 3 -n 2 --ring-size big", "--ring-size"},
    {"-p 3 -n 2 --ring-mode mp", "mp-sc"},
    {"-p 3 -n 2 --tx sideways", "--tx"},
    {"-p 3 -n 2 --on-full explode", "--on-full"},
    {"-p 3 -n 2 --idle never", "use spin, yield or adaptive"},
    {"-p 3 -n 2 --burst 0", "--burst"},
    {"-p 3 -n 2 --burst 100000", "--burst"},
    {"-p 3 -n 2 --start-after 3", "--start-after 3 can never come true with -n 2"},
    {"-p 3 -n 17", "-n '17' is no possible number of clients; choose 1 ... 16"},
    {"-p 3 -n 0", "-n '0' is no possible number of clients; choose 1 ... 16"},
    {"-p 3 -n -1", "-n '-1' is no possible number of clients; choose 1 ... 16"},
    {"-p 3 -n 256", "-n '256' is no possible number of clients; choose 1 ... 16"},
    {"-p 3 -n two", "-n 'two' is no possible number of clients; choose 1 ... 16"},
    {"-p xyz -n 2", "-p 'xyz' is no port mask"},
    {"-p 0 -n 2", "-p '0' is no port mask"},
    {"-p 0x1ffffffff -n 2", "is no port mask"},
};

TEST_F(BadInputServer, EveryBadCommandLineIsRefusedWithASentence) {
  for (const BadCommandLine& bad : kBadCommandLines) {
    EXPECT_THAT(run(split(bad.words)), FailsWith("mp_server", kUsage, bad.sentence)) << bad.words;
  }
}

TEST_F(BadInputServer, AServerIsNoSecondary) {
  EXPECT_THAT(run({"-p", "3", "-n", "1"}, secondary("0@0")),
              FailsWith("mp_server", kUsage, "mp_server is the primary process"));
}

TEST_F(BadInputServer, OptionsByWhichNoClientCouldAttachAreRefused) {
  for (const std::string option : {"--no-shconf", "--in-memory"}) {
    Words eal = primary();
    eal.push_back(option);
    EXPECT_THAT(run({"-p", "3", "-n", "1"}, eal),
                FailsWith("mp_server", kUsage, option + " keeps a process of DPDK to itself"));
  }
}

TEST_F(BadInputServer, OptionsThatDpdkDoesNotTakeAreTheUsersToCorrect) {
  Words unknown = primary();
  unknown.push_back("--nosuch");
  for (const Words& eal : {unknown, primary("0@9999"), primary("9999@0"), primary("0@x")}) {
    const fixtures::Ended ended = run({"-p", "3", "-n", "1"}, eal);
    EXPECT_THAT(ended, FailsWith("mp_server", kUsage, "DPDK does not take its options"));
    EXPECT_THAT(ended.err, ::testing::Not(::testing::HasSubstr("smaller -m")));
  }
}

TEST_F(BadInputServer, WithoutStandardErrorNoFileOfDpdksIsTakenForIt) {
  Words words{"-c", "exec \"$@\" 2>&-", "sh", bin("mp_server")};
  for (const std::string& word : join(primary(), {"-p", "3", "-n", "1"})) words.push_back(word);
  EXPECT_EQ(start("/bin/sh", words).wait_end().exit_code, kUsage) << "DPDK sees no ports";
}

TEST_F(BadInputServer, ARuntimeDirectoryThatCannotBeOneIsNamed) {
  const auto run_in = [this](const std::string& runtime_directory) {
    Words words{"RUNTIME_DIRECTORY=" + runtime_directory, bin("mp_server")};
    for (const std::string& word : join(primary(), {"-p", "3", "-n", "1"})) words.push_back(word);
    return start("/usr/bin/env", words).wait_end();
  };
  const std::string file = directory_->path() + "/file";
  std::ofstream(file) << "text";
  EXPECT_THAT(run_in(file), FailsWith("mp_server", kEnvironment, file + " is no directory"));
  const std::string none = directory_->path() + "/none";
  EXPECT_THAT(run_in(none), FailsWith("mp_server", kEnvironment, none + " does not exist"));
  const std::string deep = directory_->path() + "/" + std::string(100, 'd');
  EXPECT_THAT(run_in(deep), FailsWith("mp_server", kEnvironment,
                                      "the path " + deep + "/dpdk/rte is too long for DPDK's"));
}

TEST_F(BadInputServer, APortMaskMayNotNameAbsentPorts) {
  EXPECT_THAT(run({"-p", "3", "-n", "1"}),
              FailsWith("mp_server", kUsage, "-p 0x3 names port 0, but there are 0 ports"));
  EXPECT_THAT(run({"-p", "f", "-n", "1", "--ring-port", "a", "--ring-port", "b"}),
              FailsWith("mp_server", kUsage, "-p 0xf names port 2, but there are 2 ports"));
}

TEST_F(BadInputServer, APortMaskMayNotNameAnOddNumber) {
  EXPECT_THAT(run({"-p", "1", "-n", "1", "--ring-port", "a", "--ring-port", "b"}),
              FailsWith("mp_server", kUsage, "-p 0x1 names 1 ports, an odd number"));
}

TEST_F(BadInputServer, DirectModeNeedsATxQueueForEachClient) {
  if (::geteuid() != 0) GTEST_SKIP() << "a port on the loopback device needs root";
  Words eal = primary();
  eal.insert(eal.end(), {"--vdev", "net_pcap0,iface=lo", "--vdev", "net_pcap1,iface=lo"});
  EXPECT_THAT(run({"-p", "3", "-n", "2", "--tx", "direct"}, eal),
              FailsWith("mp_server", kUsage, "has 1 TX queues, fewer than the 2 clients"));
}

TEST_F(BadInputServer, DirectModeIsRefusedOnCaptureFiles) {
  Words eal = primary();
  eal.insert(eal.end(),
             {"--vdev", "net_pcap0,tx_pcap=a.pcap", "--vdev", "net_pcap1,tx_pcap=b.pcap"});
  EXPECT_THAT(run({"-p", "3", "-n", "1", "--tx", "direct"}, eal),
              FailsWith("mp_server", kUsage, "--tx direct is not possible on net_pcap0"));
}

TEST_F(BadInputServer, OneServerPerPrefix) {
  auto first = start_good_server();
  EXPECT_THAT(run({"-p", "3", "-n", "1", "--ring-port", "a", "--ring-port", "b"}),
              FailsWith("mp_server", kEnvironment,
                        "a primary process with --file-prefix rte already runs"));
  EXPECT_EQ(first.end().exit_code, 0) << "the first goes on undisturbed";
}

TEST_F(BadInputServer, RefusesInDirectModeARingFromWhichAKillWouldLeak) {
  const auto with = [this](const std::string& mode) {
    return run({"-p", "3", "-n", "1", "--tx", "direct", "--ring-mode", mode, "--ring-port", "a",
                "--ring-port", "b"},
               primary("0@0,1@0"));
  };
  for (const char* mode : {"mp-mc", "mp-rts"}) {
    EXPECT_THAT(with(mode), FailsWith("mp_server", kUsage, "use mp-sc or hts")) << mode;
  }
}

TEST_F(BadInputServer, SaysHowMuchMemoryIsMissing) {
  EXPECT_THAT(
      run({"-p", "3", "-n", "16", "--ring-port", "a", "--ring-port", "b"}, primary("0@0", "64")),
      FailsWith("mp_server", kEnvironment, "no room for mempool 'mbuf_pool'"));
}

TEST_F(BadInputServer, NamesTheDriverThatIsNotInstalled) {
  Words eal = primary();
  eal.insert(eal.end(), {"--vdev", "net_nosuch0"});
  EXPECT_THAT(run({"-p", "3", "-n", "1"}, eal),
              FailsWith("mp_server", kEnvironment,
                        "'net_nosuch0' (driver net_nosuch, Debian: librte-net-nosuch23)"));
}

TEST_F(BadInputServer, NamesTheDeviceWhoseFileIsMissing) {
  Words eal = primary();
  eal.insert(eal.end(), {"--vdev", "net_pcap0,rx_pcap=none.pcap", "--vdev", "net_null0"});
  EXPECT_THAT(run({"-p", "3", "-n", "1"}, eal),
              FailsWith("mp_server", kEnvironment, "net_pcap0,rx_pcap=none.pcap"));
}

TEST_F(BadInputServer, ACaptureThatRepeatsForEverNeedsAnMbufForEachPacketAndNoMore) {
  std::filesystem::copy_file(PCAPS "/imix.pcap", directory_->path() + "/in.pcap");
  Words eal = primary("0@0", "128");
  const std::string in = ",rx_pcap=in.pcap,infinite_rx=1";
  eal.insert(eal.end(), {"--vdev", "net_pcap0" + in, "--vdev", "net_pcap1" + in});
  auto server = start_server({"-p", "3", "-n", "1"}, eal);
  EXPECT_TRUE(server.wait_for("Ready for")) << server.err();
  EXPECT_EQ(server.end().exit_code, 0);
}

TEST_F(BadInputServer, AStatisticsFileThatCannotBeWrittenIsRefusedBeforeTheStart) {
  EXPECT_THAT(run({"-p", "3", "-n", "1", "--ring-port", "a", "--ring-port", "b", "--stats-file",
                   "/nowhere/stats.json"}),
              FailsWith("mp_server", kEnvironment,
                        "--stats-file /nowhere/stats.json cannot be written: No such file"));
}

TEST_F(BadInputServer, ReportsAStatisticsFileThatTookNothing) {
  auto server = start_good_server({"--stats-file", "/dev/full"});
  EXPECT_THAT(server.end(),
              FailsWith("mp_server", kEnvironment, "cannot write '/dev/full': No space"));
}

}  // namespace
}  // namespace ringside
