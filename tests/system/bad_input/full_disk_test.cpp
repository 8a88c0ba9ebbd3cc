// SPDX-License-Identifier: BSD-3-Clause
// A runtime directory on a disk without room. The disk is a small tmpfs that nobody outside of a
// mount namespace of the test's own sees.
#include "tests/system/program_fixture.hpp"

namespace ringside::fixtures {
namespace {

class FullDiskTest : public ProgramTest {
 protected:
  /// A server whose runtime directory has room for so much ("1M"), and after it a list of what it
  /// has left there.
  Ended run_on_disk_of(const std::string& size) {
    const std::string script = "mount -t tmpfs -o size=" + size +
                               " none \"$RUNTIME_DIRECTORY\" || exit 77; " +
                               "\"$@\"; code=$?; ls -R \"$RUNTIME_DIRECTORY\" >&2; exit $code";
    Words words{"-rm", "/bin/sh", "-c", script, "sh", bin("mp_server")};
    for (const std::string& word : join(primary(), {"-p", "3", "-n", "1"})) words.push_back(word);
    return start("/usr/bin/unshare", words).wait_end();
  }
};

TEST_F(FullDiskTest, IsFoundOutBeforeDpdkDiesOfIt) {
  const Ended ended = run_on_disk_of("1M");
  if (ended.exit_code == 77 || ended.err.find("unshare") != std::string::npos) {
    GTEST_SKIP() << "no mount namespace here: " << ended.err;
  }
  EXPECT_THAT(ended, FailsWith("mp_server", kEnvironment, "DPDK's files take 3648 kB"));
  EXPECT_EQ(ended.err.find("fbarray"), std::string::npos) << ended.err;
}

TEST_F(FullDiskTest, WithRoomForDpdkAServerGetsAsFarAsItsPorts) {
  const Ended ended = run_on_disk_of("6M");
  if (ended.exit_code == 77 || ended.err.find("unshare") != std::string::npos) {
    GTEST_SKIP() << "no mount namespace here: " << ended.err;
  }
  EXPECT_EQ(ended.exit_code, kUsage) << ended.err;
}

}  // namespace
}  // namespace ringside::fixtures
