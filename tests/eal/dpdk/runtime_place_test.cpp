// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/runtime_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/pcap/files.hpp"
#include "tests/unit/without_privileges.hpp"

namespace ringside::dpdk {
namespace {

using ::testing::HasSubstr;

constexpr std::filesystem::perms kReadOnly{0555};

class RuntimePlaceTest : public ::testing::Test {
 protected:
  static std::string words(const Status& status) { return status ? "" : status.error().message; }

  fixtures::ScratchDirectory scratch_;
  const std::string base_ = std::filesystem::path(scratch_.path("x")).parent_path();
  const std::string directory_ = base_ + "/dpdk/rte";
};

TEST_F(RuntimePlaceTest, APathMayBeAsLongAsTheLongestSocketAllows) {
  const std::string longest = "/" + std::string(71, 'x');  // 107 for the socket of a secondary
  EXPECT_EQ(words(check_runtime_path(longest)), "");
  EXPECT_THAT(words(check_runtime_path(longest + "x")), HasSubstr("it has 73 bytes, 72 are"));
}

TEST_F(RuntimePlaceTest, AFileInThePathIsNamed) {
  EXPECT_EQ(words(check_runtime_path(directory_)), "");
  const std::string file = scratch_.file("dpdk", "");
  EXPECT_THAT(words(check_runtime_path(directory_)), HasSubstr(file + " is no directory"));
}

TEST_F(RuntimePlaceTest, APrimaryMakesTheDirectoryButNotTheBase) {
  EXPECT_EQ(words(check_can_make(directory_, base_)), "");
  std::filesystem::remove(base_);
  EXPECT_THAT(words(check_can_make(directory_, base_)), HasSubstr(base_ + " does not exist"));
  std::filesystem::create_directory(base_);
}

TEST_F(RuntimePlaceTest, APrimaryNeedsToWriteToTheNearestThatThereIs) {
  std::filesystem::permissions(base_, kReadOnly);
  const fixtures::WithoutPrivileges user;
  EXPECT_THAT(words(check_can_make(directory_, base_)),
              HasSubstr(base_ + " cannot be written (Permission denied)"));
}

TEST_F(RuntimePlaceTest, ASecondaryNeedsToWriteToTheDirectoryItself) {
  std::filesystem::create_directories(directory_);
  EXPECT_EQ(words(check_can_write(directory_)), "");
  std::filesystem::permissions(directory_, kReadOnly);
  const fixtures::WithoutPrivileges user;
  EXPECT_THAT(words(check_can_write(directory_)), HasSubstr(" cannot be written (Permission"));
}

}  // namespace
}  // namespace ringside::dpdk
