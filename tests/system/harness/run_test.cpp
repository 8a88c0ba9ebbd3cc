// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kPlain =
    "[clients]\ncount = 2\n[play]\nsteps = [{send = \"imix\", count = 100}]\n";

class Run : public test::RingsideTest {};

TEST_F(Run, APassIsOneLineAndCodeZero) {
  const auto run = ringside({"run", write("plain.toml", kPlain)});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("PASS  plain"));
  EXPECT_THAT(run.err, HasSubstr("1 passed, 0 failed"));
  EXPECT_FALSE(fs::exists(directory_ + "/out"));
  EXPECT_THAT(run_directories(), IsEmpty());
}

TEST_F(Run, AFailedCheckIsCodeOneWithStepsReasonsLogsAndTheCommandThatRepeatsIt) {
  const std::string file = write(
      "wrong.toml", std::string(kPlain) + "[expect]\ndrops = {\"work_ring.ring_full.1\" = 5}\n");
  const auto run = ringside({"run", file, "--seed", "7"});
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("FAIL  wrong"), HasSubstr("send 100 packets of imix"),
                             HasSubstr("work_ring.ring_full.1: 0 packets, expected 5"),
                             HasSubstr("mp_server --lcores"), HasSubstr("ringside run --seed 7")));
  EXPECT_TRUE(fs::exists(directory_ + "/out/wrong/server.err"));
  EXPECT_TRUE(fs::exists(directory_ + "/out/wrong/out1.pcap"));
}

TEST_F(Run, AStepThatIsNotFulfilledInTimeIsCode124) {
  const std::string file = write("late.toml",
                                 "[play]\nsteps = [{send = \"imix\"}, "
                                 "{await = \"received == 1\", within = 0.2}]\n");
  const auto run = ringside({"run", file, "--keep-artifacts", "none"});
  EXPECT_EQ(run.code, 124) << run.err;
  EXPECT_THAT(run.err, HasSubstr("expected: received == 1"));
  EXPECT_THAT(run.err, HasSubstr("observed: received = 360"));
  EXPECT_FALSE(fs::exists(directory_ + "/out"));
}

TEST_F(Run, WritesJsonAndJunit) {
  const auto run = ringside({"run", write("plain.toml", kPlain), "--json", directory_ + "/r.json",
                             "--junit", directory_ + "/r.xml", "--repeat", "2"});
  EXPECT_EQ(run.code, 0) << run.err;
  const Json json = Json::parse(read("r.json"), nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["scenarios"].size(), 2u);
  EXPECT_THAT(json["scenarios"][0]["memory"], ::testing::AnyOf("no-huge", "hugepages"));
  EXPECT_THAT(read("r.xml"),
              AllOf(StartsWith("<?xml"), HasSubstr("<testsuite"), HasSubstr("plain")));
}

TEST_F(Run, SeveralJobsDoNotGetInEachOthersWay) {
  const auto run = ringside({"run", write("plain.toml", kPlain), "--repeat", "4", "--jobs", "2"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("4 passed"));
}

TEST_F(Run, FailFastEndsWithTheFirstThatDoesNotPass) {
  const std::string file =
      write("wrong.toml", std::string(kPlain) + "[expect]\npackets_per_client = [1, 99]\n");
  const auto run = ringside({"run", file, "--repeat", "3", "--fail-fast"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("0 passed, 1 failed"));
}

TEST_F(Run, AnotherServerCanBeJudged) {
  const std::string server =
      write_program("server", "exec " + std::string(RINGSIDE_BIN_DIR) +
                                  "/mp_server $(echo \"$@\" | sed s/round-robin/port/)");
  const auto run = ringside({"run", write("plain.toml", kPlain), "--server", server});
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("FAIL  balance"));
}

TEST_F(Run, AProgramRunsUnderATool) {
  const std::string tool = write_program("tool", "touch " + directory_ + "/was-here; exec \"$@\"");
  const auto run = ringside({"run", write("plain.toml", kPlain), "--wrap", "client0=" + tool});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(fs::exists(directory_ + "/was-here"));
}

TEST_F(Run, WithoutHugepagesAsAnybody) {
  if (::geteuid() != 0) GTEST_SKIP() << "is not root anyway";
  fs::permissions(directory_, fs::perms::all);
  write("plain.toml", kPlain);
  // A copy, because the build tree may be closed to others (below /root).
  const fs::path installed = directory_ + "/installed";
  fs::create_directories(installed / "share/ringside");
  fs::copy(RINGSIDE_BIN_DIR, installed / "bin");
  fs::copy(RINGSIDE_PCAP_DIR, installed / "share/ringside/pcaps");
  ProcessSpec spec;
  spec.name = "setpriv";
  spec.argv = {"setpriv",
               "--reuid=65534",
               "--regid=65534",
               "--clear-groups",
               "--",
               (installed / "bin/ringside").string(),
               "run",
               "plain.toml",
               "--memory",
               "no-huge"};
  spec.environment = {{"TMPDIR", directory_}};
  spec.directory = directory_;
  spec.stdout_file = directory_ + "/ringside.out";
  spec.stderr_file = directory_ + "/ringside.err";
  auto process = launcher_.start(spec);
  ASSERT_TRUE(process.ok()) << process.error().message;
  const auto run = finish(**process);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("no-huge"));
}

TEST_F(Run, ListShowsNamesTagsAndDescriptions) {
  const auto run = ringside({"list", "--tag", "smoke"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("paused-client"));
  EXPECT_THAT(run.out, Not(HasSubstr("round-robin/pcap/16")));
  const auto json = Json::parse(ringside({"list", "--json"}).out, nullptr, false);
  ASSERT_TRUE(json.is_array());
  EXPECT_GT(json.size(), 50u);
}

TEST_F(Run, VersionAndHelp) {
  EXPECT_THAT(ringside({"--version"}).out, StartsWith("ringside "));
  const auto help = ringside({"run", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_LT(help.out.find("Examples:"), help.out.find("Options:"));
}

}  // namespace
}  // namespace ringside::harness
