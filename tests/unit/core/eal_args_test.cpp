// SPDX-License-Identifier: BSD-3-Clause
#include "core/eal_args.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iterator>

namespace ringside {
namespace {

SplitArgs split(std::vector<const char*> argv) {
  return split_args(static_cast<int>(argv.size()), argv.data());
}

TEST(SplitArgs, CutsAtTheFirstDoubleDashOnly) {
  const SplitArgs args = split({"mp_server", "-l", "1", "--", "-p", "3", "--", "x"});
  EXPECT_EQ(args.eal, (std::vector<std::string>{"mp_server", "-l", "1"}));
  EXPECT_EQ(args.application, (std::vector<std::string>{"-p", "3", "--", "x"}));
  EXPECT_TRUE(args.separated);
}

TEST(SplitArgs, GivesEverythingToEalWithoutADoubleDash) {
  const SplitArgs args = split({"mp_server", "-l", "1"});
  EXPECT_EQ(args.eal.size(), 3u);
  EXPECT_TRUE(args.application.empty());
  EXPECT_FALSE(args.separated);
}

TEST(EalArgs, ReadsBothSpellingsOfAnOption) {
  const EalArgs args = read_eal_args({"x", "--file-prefix=a", "--proc-type", "auto", "--no-huge",
                                      "--vdev", "net_null0", "--vdev=net_pcap1,rx_pcap=f"});
  EXPECT_EQ(args.file_prefix, "a");
  EXPECT_EQ(args.proc_type, "auto");
  EXPECT_TRUE(args.no_huge);
  EXPECT_EQ(args.vdevs, (std::vector<std::string>{"net_null0", "net_pcap1,rx_pcap=f"}));
}

TEST(EalArgs, ReadsTheMemoryAsOneWordOrTwo) {
  EXPECT_EQ(read_eal_args({"x", "-m", "512", "--no-huge"}).megabytes, 512u);
  EXPECT_EQ(read_eal_args({"x", "-m512"}).megabytes, 512u);
  EXPECT_EQ(read_eal_args({"x", "-m", "much"}).megabytes, 0u);
  EXPECT_EQ(read_eal_args({"x", "-m"}).megabytes, 0u);
}

TEST(EalArgs, AValueIsNoOption) {
  const EalArgs args = read_eal_args({"x", "--file-prefix", "--no-huge", "-d", "--vdev", "-m512"});
  EXPECT_EQ(args.file_prefix, "--no-huge");
  EXPECT_FALSE(args.no_huge);
  EXPECT_TRUE(args.vdevs.empty());
  EXPECT_EQ(args.megabytes, 512u);
}

TEST(EalOptions, HaveOneNameInEverySpelling) {
  const std::vector<std::string> words{
      "-a0000:00:05.0", "-a",    "0000:00:05.1", "--allow=b", "--allow",  "c",
      "-b0000:00:06",   "-l3",   "-m",           "512",       "--vdev=v", "-v",
      "--no-huge",      "--x=y", "word",         "-z1",       "--vdev",   "n,a=b=c",
      "--log-level"};
  const struct {
    const char* name;
    std::optional<std::string> value;
    std::size_t words;
  } expected[] = {
      {"--allow", "0000:00:05.0", 1},
      {"--allow", "0000:00:05.1", 2},
      {"--allow", "b", 1},
      {"--allow", "c", 2},
      {"--block", "0000:00:06", 1},
      {"--lcores", "3", 1},
      {"--memory-size", "512", 2},
      {"--vdev", "v", 1},
      {"--version", std::nullopt, 1},
      {"--no-huge", std::nullopt, 1},
      {"--x", "y", 1},
      {"word", std::nullopt, 1},
      {"-z1", std::nullopt, 1},
      {"--vdev", "n,a=b=c", 2},
      {"--log-level", std::nullopt, 1},  // its value is missing
  };
  const std::vector<EalOption> options = read_eal_options(words);
  ASSERT_EQ(options.size(), std::size(expected));
  std::vector<std::string> all;
  for (std::size_t i = 0; i < options.size(); ++i) {
    EXPECT_EQ(options[i].name, expected[i].name);
    EXPECT_EQ(options[i].value, expected[i].value) << expected[i].name;
    EXPECT_EQ(options[i].words.size(), expected[i].words) << expected[i].name;
    all.insert(all.end(), options[i].words.begin(), options[i].words.end());
  }
  EXPECT_EQ(all, words);
}

TEST(EalArgs, KnowsWhatKeepsOtherProcessesOut) {
  EXPECT_EQ(read_eal_args({"x", "--no-shconf"}).unshared, "--no-shconf");
  EXPECT_EQ(read_eal_args({"x", "-l", "0", "--in-memory", "--no-pci"}).unshared, "--in-memory");
  EXPECT_EQ(read_eal_args({"x", "--file-prefix", "--no-shconf"}).unshared, "");
}

TEST(EalArgs, HasEalsOwnDefaults) {
  const EalArgs args = read_eal_args({"x", "-l", "0"});
  EXPECT_EQ(args.file_prefix, "rte");
  EXPECT_EQ(args.proc_type, "primary");
  EXPECT_FALSE(args.no_huge);
}

TEST(VdevArg, NamesDriverAndArguments) {
  const VdevArg vdev = parse_vdev("net_pcap12,rx_pcap=in.pcap,infinite_rx=1,flag");
  EXPECT_EQ(vdev.name, "net_pcap12");
  EXPECT_EQ(vdev.driver, "net_pcap");
  EXPECT_EQ(vdev.value("rx_pcap"), "in.pcap");
  EXPECT_EQ(vdev.value("infinite_rx"), "1");
  EXPECT_EQ(vdev.value("flag"), "");
  EXPECT_EQ(vdev.value("tx_pcap"), std::nullopt);
}

TEST(RuntimeDirectory, FollowsTheEnvironmentLikeEal) {
  ::setenv("RUNTIME_DIRECTORY", "/tmp/x", 1);
  EXPECT_EQ(runtime_directory("p", true), "/tmp/x/dpdk/p");
  ::unsetenv("RUNTIME_DIRECTORY");
  EXPECT_EQ(runtime_directory("p", true), "/var/run/dpdk/p");
  ::setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  EXPECT_EQ(runtime_directory("p", false), "/run/user/7/dpdk/p");
  ::unsetenv("XDG_RUNTIME_DIR");
  EXPECT_EQ(runtime_directory("p", false), "/tmp/dpdk/p");
}

}  // namespace
}  // namespace ringside
