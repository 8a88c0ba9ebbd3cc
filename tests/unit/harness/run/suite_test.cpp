// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/suite.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ringside::harness {
namespace {

namespace fs = std::filesystem;

TEST(Worst, AFailedCheckSaysMoreThanAnEnvironmentAndADeadlineLess) {
  EXPECT_EQ(worst(ExitCode::kOk, ExitCode::kTimedOut), ExitCode::kTimedOut);
  EXPECT_EQ(worst(ExitCode::kTimedOut, ExitCode::kCheckFailed), ExitCode::kCheckFailed);
  EXPECT_EQ(worst(ExitCode::kEnvironment, ExitCode::kCheckFailed), ExitCode::kCheckFailed);
  EXPECT_EQ(worst(ExitCode::kEnvironment, ExitCode::kTimedOut), ExitCode::kEnvironment);
  EXPECT_EQ(worst(ExitCode::kCheckFailed, ExitCode::kInternal), ExitCode::kInternal);
  EXPECT_EQ(worst(ExitCode::kInterrupted, ExitCode::kInternal), ExitCode::kInterrupted);
  EXPECT_EQ(worst(ExitCode::kOk, ExitCode::kOk), ExitCode::kOk);
}

TEST(KeepArtifacts, CopiesFilesAndLeavesDpdksDirectory) {
  char path[] = "/tmp/ringside_test_XXXXXX";
  const std::string root = ::mkdtemp(path);
  fs::create_directories(root + "/from/dpdk/rs");
  std::ofstream(root + "/from/server.err") << "log";
  std::ofstream(root + "/from/dpdk/rs/fbarray") << "big";
  EXPECT_TRUE(keep_artifacts(root + "/from", root + "/to/a/b").ok());
  EXPECT_TRUE(fs::exists(root + "/to/a/b/server.err"));
  EXPECT_FALSE(fs::exists(root + "/to/a/b/dpdk"));
  fs::remove_all(root);
}

}  // namespace
}  // namespace ringside::harness
