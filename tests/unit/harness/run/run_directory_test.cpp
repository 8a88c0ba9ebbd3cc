// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/run_directory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ringside::harness {
namespace {

namespace fs = std::filesystem;

class RunDirectoryTest : public ::testing::Test {
 protected:
  RunDirectoryTest() {
    char path[] = "/tmp/rs_test_XXXXXX";
    parent_ = ::mkdtemp(path);
    ::setenv("TMPDIR", parent_.c_str(), 1);
  }
  ~RunDirectoryTest() override {
    ::unsetenv("TMPDIR");
    fs::remove_all(parent_);
  }
  std::string parent_;
};

TEST_F(RunDirectoryTest, IsMadeUnderTmpdirAndGoneAfterwards) {
  std::string path;
  {
    const auto directory = RunDirectory::create();
    ASSERT_TRUE(directory.ok());
    path = directory->path();
    EXPECT_EQ(fs::path(path).parent_path(), parent_);
    std::ofstream(path + "/something") << "x";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(RunDirectoryTest, IsMadeUnderTmpWhenTmpdirIsTooLongForSockets) {
  const std::string deep = parent_ + "/a/directory/whose/name/is/too/long";
  fs::create_directories(deep);
  ::setenv("TMPDIR", deep.c_str(), 1);
  const auto directory = RunDirectory::create();
  ASSERT_TRUE(directory.ok());
  EXPECT_EQ(directory->path().rfind("/tmp/ringside-", 0), 0u);
}

TEST_F(RunDirectoryTest, WhatAKilledOwnerLeftIsRemovedByTheNext) {
  const std::string left = parent_ + "/ringside-abcdef";
  fs::create_directories(left + "/i0/dpdk");
  std::ofstream(left + "/owner") << "";
  const auto directory = RunDirectory::create();
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(RunDirectoryTest, WhatALivingOwnerHasIsLeftAlone) {
  const auto first = RunDirectory::create();
  const auto second = RunDirectory::create();
  EXPECT_TRUE(fs::exists(first->path()));
  EXPECT_NE(first->prefix(), second->prefix());
}

TEST_F(RunDirectoryTest, OnlyHugepageFilesOfTheOwnPrefixAreRemoved) {
  for (const char* name : {"/rsAAmap_0", "/rsAA-1map_7", "/rsBBmap_0", "/rtemap_0", "/rsAA"}) {
    std::ofstream(parent_ + name) << "";
  }
  EXPECT_TRUE(remove_hugepage_files(parent_, "rsAA").empty());
  EXPECT_FALSE(fs::exists(parent_ + "/rsAAmap_0"));
  EXPECT_FALSE(fs::exists(parent_ + "/rsAA-1map_7"));
  EXPECT_TRUE(fs::exists(parent_ + "/rsBBmap_0"));
  EXPECT_TRUE(fs::exists(parent_ + "/rtemap_0"));
  EXPECT_TRUE(fs::exists(parent_ + "/rsAA"));
}

}  // namespace
}  // namespace ringside::harness
