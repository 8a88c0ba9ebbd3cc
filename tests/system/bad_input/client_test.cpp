// SPDX-License-Identifier: BSD-3-Clause
// Bad input to mp_client gets a sentence and an exit code, never a crash.
#include "tests/system/program_fixture.hpp"

namespace ringside {
namespace {

using fixtures::FailsWith;
using fixtures::Words;

class BadInputClient : public fixtures::ProgramTest {
 protected:
  fixtures::Ended run(const Words& application, const std::string& lcores = "1@1") {
    return start_client(application, lcores).wait_end();
  }
  /// With another runtime directory, and time to wait for a server.
  fixtures::Ended run_in(const std::string& runtime_directory) {
    Words words{"RUNTIME_DIRECTORY=" + runtime_directory, bin("mp_client")};
    for (const std::string& word : join(secondary("1@1"), {"-n", "0", "--wait", "3600"})) {
      words.push_back(word);
    }
    return start("/usr/bin/env", words).wait_end();
  }
};

TEST_F(BadInputClient, EveryBadCommandLineIsRefusedWithASentence) {
  const std::vector<std::pair<Words, const char*>> bad{
      {{}, "-n"},
      {{"-n"}, "-n"},
      {{"-n", "zero"}, "-n 'zero' is no client id; ids are the numbers 0 ... 15"},
      {{"-n", "-1"}, "-n '-1' is no client id"},
      {{"-n", "16"}, "-n '16' is no client id"},
      {{"-n", "256"}, "-n '256' is no client id"},
      {{"-n", "99999999999999999999"}, "is no client id"},
      {{"-n", "0", "--mrak", "mac"}, "--mrak"},
      {{"-n", "0", "--mark", "ip"}, "--mark"},
      {{"-n", "0", "--handler", "explode"}, "unknown --handler 'explode'"},
      {{"-n", "0", "--handler", "delay:soon"}, "unknown --handler 'delay:soon'"},
      {{"-n", "0", "--burst", "0"}, "--burst"},
      {{"-n", "0", "--idle", "never"}, "use spin, yield or adaptive"},
      {{"-n", "0", "--wait", "-1"}, "--wait '-1' is no length of time"},
      {{"-n", "0", "--wait", "nan"}, "--wait 'nan' is no length of time"},
  };
  for (const auto& [words, sentence] : bad) {
    EXPECT_THAT(run(words), FailsWith("mp_client", kUsage, sentence));
  }
}

TEST_F(BadInputClient, WithMemoryOfAnotherKindThanTheServersItSaysHowToStart) {
  Running server = start_good_server();
  Running client = start(bin("mp_client"),
                         join({"--no-pci", "--proc-type=auto", "--lcores", "1@1"}, {"-n", "0"}));
  EXPECT_THAT(client.wait_end(),
              FailsWith("mp_client", kUsage, "start this program with --no-huge as well"));
  EXPECT_EQ(server.end(SIGINT).exit_code, 0);
}

TEST_F(BadInputClient, WithoutAServerItSaysWhatToStart) {
  EXPECT_THAT(run({"-n", "0", "--wait", "0.2"}),
              FailsWith("mp_client", kEnvironment, "start it first, for example: mp_server"));
}

TEST_F(BadInputClient, AutoWithoutAServerDoesNotBecomeAPrimary) {
  auto client = start(bin("mp_client"), {"--no-huge", "--no-pci", "--proc-type=auto", "--lcores",
                                         "1@1", "--", "-n", "0", "--wait", "0.2"});
  EXPECT_THAT(client.wait_end(), FailsWith("mp_client", kEnvironment, "no mp_server"));
}

TEST_F(BadInputClient, AClientIsNoPrimary) {
  auto client = start(bin("mp_client"), {"--no-huge", "--no-pci", "--", "-n", "0"});
  EXPECT_THAT(client.wait_end(), FailsWith("mp_client", kUsage, "--proc-type=secondary"));
}

TEST_F(BadInputClient, OptionsThatKeepItApartFromTheServerAreRefusedWithoutAServer) {
  for (const std::string option : {"--no-shconf", "--in-memory"}) {
    Words eal = secondary("1@1");
    eal.push_back(option);
    EXPECT_THAT(start(bin("mp_client"), join(eal, {"-n", "0"})).wait_end(),
                FailsWith("mp_client", kUsage, option + " keeps a process of DPDK to itself"));
  }
}

TEST_F(BadInputClient, OptionsThatDpdkDoesNotTakeAreTheUsersToCorrect) {
  Running server = start_good_server();
  Words unknown = secondary("1@1");
  unknown.push_back("--nosuch");
  for (const Words& eal : {unknown, secondary("1@9999"), secondary("9999@1"), secondary("1@x")}) {
    const fixtures::Ended ended = start(bin("mp_client"), join(eal, {"-n", "0"})).wait_end();
    EXPECT_THAT(ended, FailsWith("mp_client", kUsage, "DPDK does not take its options"));
    EXPECT_THAT(ended.err, ::testing::Not(::testing::HasSubstr("smaller -m")));
  }
  EXPECT_EQ(server.end().exit_code, 0);
}

TEST_F(BadInputClient, ARuntimeDirectoryThatCannotBeOneIsNamedWithoutAWait) {
  const std::string file = directory_->path() + "/file";
  std::ofstream(file) << "text";
  EXPECT_THAT(run_in(file), FailsWith("mp_client", kEnvironment, file + " is no directory"));
  const std::string deep = directory_->path() + "/" + std::string(100, 'd');
  EXPECT_THAT(run_in(deep), FailsWith("mp_client", kEnvironment,
                                      "the path " + deep + "/dpdk/rte is too long for DPDK's"));
}

TEST_F(BadInputClient, AnIdThatTheServerDoesNotHaveIsRefused) {
  auto server = start_good_server();
  EXPECT_THAT(run({"-n", "1"}),
              FailsWith("mp_client", kUsage,
                        "client id 1 does not exist: the server was started with -n 1"));
  EXPECT_EQ(server.end().exit_code, 0);
}

TEST_F(BadInputClient, AnIdThatIsTakenIsRefusedAndItsHolderNamed) {
  auto server = start_good_server();
  auto first = start_client({"-n", "0"});
  ASSERT_TRUE(server.wait_for("Client process 0 connected")) << first.err();
  EXPECT_THAT(run({"-n", "0"}, "2@1"),
              FailsWith("mp_client", kEnvironment,
                        "client id 0 is taken by process " + std::to_string(first.pid())));
  EXPECT_EQ(server.end().exit_code, 0);
  EXPECT_EQ(first.wait_end().exit_code, 0) << "the first goes on undisturbed";
}

TEST_F(BadInputClient, AnLcoreIdOfTheServerIsRefused) {
  auto server = start_good_server();
  EXPECT_THAT(run({"-n", "0"}, "0@1"),
              FailsWith("mp_client", kEnvironment, "lcore id 0 is already used"));
  EXPECT_EQ(server.end().exit_code, 0);
}

TEST_F(BadInputClient, AServerOfAnotherLayoutIsRefused) {
  auto server = start(OTHER_LAYOUT_SERVER, primary());
  ASSERT_TRUE(server.wait_for("ready")) << server.err();
  EXPECT_THAT(run({"-n", "0"}), FailsWith("mp_client", kEnvironment, "layout"));
}

}  // namespace
}  // namespace ringside
