// SPDX-License-Identifier: BSD-3-Clause
// ringside up with the real programs.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/run/command_lines.hpp"
#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class UpTest : public test::RingsideTest {
 protected:
  bool says(const std::string& words) {
    return wait_until_true([&] {
             const bool said = read("ringside.out").find(words) != std::string::npos;
             return said || (process_ && process_->poll());
           }) &&
           read("ringside.out").find(words) != std::string::npos;
  }
  /// The pid in "Client process ID connected (pid PID", the latest one.
  int client_pid(unsigned id) {
    const std::string words = "Client process " + std::to_string(id) + " connected (pid ";
    const std::string out = read("ringside.out");
    const auto at = out.rfind(words);
    return at == std::string::npos ? 0 : std::stoi(out.substr(at + words.size()));
  }
  void up(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "up");
    process_ = start(std::move(arguments));
  }
  test::RingsideRun interrupt() {
    process_->signal(SIGINT);
    return finish(*process_);
  }

  std::unique_ptr<Process> process_;
};

TEST_F(UpTest, AKilledClientComesBackUnderItsIdAndEveryPacketIsAccountedFor) {
  up({"--clients", "2", "--rate", "2000", "--loops", "1000", "--on-full", "wait", "--stats-file",
      "end.json", capture("imix")});
  ASSERT_TRUE(says("Reception begins (clients: 2)")) << read("ringside.err");
  for (int round = 1; round <= 3; ++round) {
    const int pid = client_pid(1);
    ASSERT_GT(pid, 0);
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    ASSERT_TRUE(wait_until_true([&] { return client_pid(1) != pid; })) << read("ringside.out");
  }
  const auto run = interrupt();
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("restarts: client0 0, client1 3"));
  EXPECT_THAT(run.out, HasSubstr("balanced: every packet is accounted for"));
  EXPECT_THAT(run.out, HasSubstr("+ dropped                                            0"));
  EXPECT_THAT(read("end.json"), HasSubstr("\"kind\": \"rejoin\""));
  EXPECT_THAT(processes_left(), IsEmpty());
  EXPECT_THAT(run_directories(), IsEmpty());
}

TEST_F(UpTest, ASecondInterruptEndsAServerThatWaitsForItsClients) {
  up({"--clients", "1", "--handler", "delay:1000000000", "--server-args", "--drain-timeout 3600"});
  ASSERT_TRUE(says("Reception begins")) << read("ringside.err");
  process_->signal(SIGINT);
  ASSERT_TRUE(says("Stopping: no more reception"));
  EXPECT_THAT(read("ringside.out"), HasSubstr("the server waits up to 3600 s for packets"));
  // Two that come together are one.
  wait_until(clock_, Deadline(clock_, std::chrono::milliseconds(500)), flag_, [] { return false; });
  const auto run = interrupt();
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("did not come back in time and stay undelivered"));
  EXPECT_THAT(run.out, Not(HasSubstr("was killed")));
  EXPECT_THAT(processes_left(), IsEmpty());
}

TEST_F(UpTest, EndsAsOnAnInterruptWhenNobodyReadsItsOutputAnyMore) {
  const auto run_up_into = [&](const std::string& reader) {
    const auto run =
        shell("{ \"$1\" up --clients 1 --stats-file end.json; echo \"code $?\" >&2; } | " + reader);
    EXPECT_EQ(run.code, 0) << "of the reader: " << run.out;
    EXPECT_THAT(run.err, HasSubstr("ringside: error: standard output cannot be written"));
    EXPECT_THAT(run.err, HasSubstr("code 5\n"));
    EXPECT_THAT(processes_left(), IsEmpty());
    EXPECT_THAT(run_directories(), IsEmpty());
  };
  run_up_into("head -1");
  // Here nothing is left to be said when the reader ends.
  run_up_into("grep -m1 'Reception begins'");
  EXPECT_THAT(read("end.json"), HasSubstr("\"balanced\": true"));
}

TEST_F(UpTest, WithoutArgumentsItRunsOnNullPorts) {
  up({});
  EXPECT_TRUE(says("Reception begins (clients: 2)")) << read("ringside.err");
  EXPECT_EQ(interrupt().code, 0);
}

TEST_F(UpTest, PlaysFilesThroughPcapPorts) {
  up({"--ports", "pcap", "--clients", "1", capture("imix")});
  EXPECT_TRUE(says("Reception begins")) << read("ringside.err");
  EXPECT_EQ(interrupt().code, 0);
}

TEST_F(UpTest, TakesDevicesFromItsUser) {
  up({"--clients", "1", "--", "--vdev", "net_null0", "--vdev=net_null1"});
  EXPECT_TRUE(says("Reception begins")) << read("ringside.err");
  EXPECT_THAT(read("ringside.out"), HasSubstr("net_null1"));
  EXPECT_EQ(interrupt().code, 0);
}

TEST_F(UpTest, CountsDevicesInEverySpelling) {
  const std::string program = write_program("program", "echo \"words: $*\"; exit 5");
  const auto words_of = [&](std::vector<std::string> eal) {
    std::vector<std::string> words{"up",       "--clients", "1",         "--server",       program,
                                   "--client", program,     "--bin-dir", RINGSIDE_BIN_DIR, "--"};
    words.insert(words.end(), eal.begin(), eal.end());
    return ringside(words).out;
  };
  const std::string allowed = words_of({"-a0000:00:05.0", "-a", "0000:00:05.1", "--allow=c"});
  EXPECT_THAT(allowed, HasSubstr(" -a0000:00:05.0 -a 0000:00:05.1 --allow=c -- -p 0x7 "));
  EXPECT_THAT(allowed, Not(HasSubstr("--no-pci")));
  EXPECT_THAT(words_of({"-a0000:00:05.0", "--vdev=net_null0"}), HasSubstr(" -- -p 0x3 "));
  const std::string none = words_of({"--log-level=lib.eal:debug", "-d", "--vdev"});
  EXPECT_THAT(none, HasSubstr(" --vdev net_null1 --log-level=lib.eal:debug -d --vdev -- -p 0x3 "))
      << "none of these is a device";
}

TEST_F(UpTest, WhatContradictsItIsRefused) {
  struct {
    std::vector<std::string> words;
    const char* sentence;
  } const rows[] = {
      {{"up", "--", "-l", "3"}, "leave out -l"},
      {{"up", "--", "-l3"}, "leave out -l3"},
      {{"up", "--", "--file-prefix=x"}, "leave out --file-prefix=x"},
      {{"up", "--", "-b0000:00:05.0"}, "leave out -b0000:00:05.0"},
      {{"up", "--", "--block", "0000:00:05.0"}, "leave out --block"},
      {{"up", "--ports", "null", "--", "--vdev", "net_null0"}, "leave it out"},
      {{"up", "--ports", "pcap"}, "needs captures"},
      {{"up", "--ports", "null", capture("imix")}, "null ports feed themselves"},
      {{"up", "--policy", "fastest"}, "unknown policy"},
      {{"up", "--server-args", "'"}, "a quote is not closed"},
  };
  for (const auto& row : rows) {
    const auto run = ringside(row.words);
    EXPECT_EQ(run.code, 2) << row.sentence;
    EXPECT_THAT(run.err, HasSubstr(row.sentence));
  }
}

TEST_F(UpTest, AWrongWordForAProgramEndsItWithThatProgramsWords) {
  const auto server = ringside({"up", "--server-args", "--polic port"});
  EXPECT_EQ(server.code, 2);
  EXPECT_THAT(server.out, HasSubstr("--polic"));
  const auto client = ringside({"up", "--client-args", "--mrak mac"});
  EXPECT_EQ(client.code, 2);
  EXPECT_THAT(client.out, HasSubstr("--mrak"));
}

}  // namespace
}  // namespace ringside::harness
