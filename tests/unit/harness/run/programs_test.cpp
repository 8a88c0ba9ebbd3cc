// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/programs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FindPrograms : public ::testing::Test {
 protected:
  FindPrograms() {
    char path[] = "/tmp/ringside_test_XXXXXX";
    root_ = ::mkdtemp(path);
    for (const char* name : {"/own/mp_server", "/own/mp_client", "/own/mp_wire", "/other/mp_server",
                             "/other/mp_client"}) {
      std::filesystem::create_directories(std::filesystem::path(root_ + name).parent_path());
      std::ofstream(root_ + name) << "#!/bin/sh\n";
      ::chmod((root_ + name).c_str(), 0755);
    }
  }
  ~FindPrograms() override { std::filesystem::remove_all(root_); }
  std::string root_;
};

TEST_F(FindPrograms, NextToRingsideUnlessToldOtherwise) {
  const auto programs = find_programs({}, root_ + "/own");
  ASSERT_TRUE(programs.ok());
  EXPECT_EQ(programs->server, root_ + "/own/mp_server");
  EXPECT_TRUE(programs->own_server);
}

TEST_F(FindPrograms, InTheDirectoryGivenWithOurWireWhenItHasNone) {
  ProgramChoice choice;
  choice.bin_dir = root_ + "/other";
  const auto programs = find_programs(choice, root_ + "/own");
  ASSERT_TRUE(programs.ok());
  EXPECT_EQ(programs->server, root_ + "/other/mp_server");
  EXPECT_EQ(programs->wire, root_ + "/own/mp_wire");
  EXPECT_FALSE(programs->own_server);
}

TEST_F(FindPrograms, OurServerIsOursHoweverItIsNamed) {
  ProgramChoice choice;
  choice.bin_dir = root_ + "/other/../own";
  const auto programs = find_programs(choice, root_ + "/own");
  ASSERT_TRUE(programs.ok());
  EXPECT_TRUE(programs->own_server);
}

TEST_F(FindPrograms, OneProgramCanBeReplaced) {
  ProgramChoice choice;
  choice.server = root_ + "/other/mp_server";
  const auto programs = find_programs(choice, root_ + "/own");
  ASSERT_TRUE(programs.ok());
  EXPECT_EQ(programs->server, root_ + "/other/mp_server");
  EXPECT_EQ(programs->client, root_ + "/own/mp_client");
}

TEST_F(FindPrograms, AMissingProgramIsAnErrorOfTheEnvironmentThatSaysWhatToDo) {
  const auto programs = find_programs({}, root_);
  ASSERT_FALSE(programs.ok());
  EXPECT_EQ(programs.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(programs.error().message, HasSubstr("--bin-dir"));
}

TEST(SplitWords, SplitsAsAShellDoes) {
  EXPECT_THAT(*split_words("gdb --args"), ElementsAre("gdb", "--args"));
  EXPECT_THAT(*split_words("  perf record -o 'a b' \"c\\\"d\" e\\ f ''"),
              ElementsAre("perf", "record", "-o", "a b", "c\"d", "e f", ""));
  EXPECT_FALSE(split_words("gdb 'open").ok());
}

TEST(JoinWords, IsUndoneBySplitWords) {
  const std::vector<std::string> words{"mp_server", "--vdev", "net_pcap0,rx_pcap=a b.pcap",
                                       "it's",      "",       "$HOME"};
  EXPECT_EQ(*split_words(join_words(words)), words);
  EXPECT_EQ(join_words({"mp_client", "--lcores=0@0,1@1"}), "mp_client --lcores=0@0,1@1");
}

}  // namespace
}  // namespace ringside::harness
