// SPDX-License-Identifier: BSD-3-Clause
// A disk without room is the machine's fault: exit 5 and a sentence that names the directory. The
// disk is a small tmpfs that nobody outside of a mount namespace of the test's own sees.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FullDisk : public test::RingsideTest {
 protected:
  void SetUp() override {
    const auto tried = shell("unshare -rm mount -t tmpfs none " + directory_);
    if (tried.code != 0) GTEST_SKIP() << "no mount namespace here: " << tried.err;
  }

  /// Runs ringside with a TMPDIR that has room for so much ("1M"); what it leaves there goes to
  /// standard output.
  test::RingsideRun on_disk_of(const std::string& size, const std::string& arguments) {
    const std::string disk = directory_ + "/d";
    std::filesystem::create_directory(disk);
    write("inside", "mount -t tmpfs -o size=" + size + " none " + disk + " && TMPDIR=" + disk +
                        " \"$1\" " + arguments + "; code=$?; ls " + disk + "; exit $code");
    return shell("exec unshare -rm /bin/sh " + directory_ + "/inside \"$1\"");
  }
  const std::string imix_ = capture("imix");
};

TEST_F(FullDisk, IsFoundOutBeforeAnyProgramStarts) {
  const std::string server = write_program("server", "touch " + directory_ + "/started; exit 5");
  const std::vector<std::string> commands{"replay " + imix_,
                                          "run paused-client --keep-artifacts none"};
  for (const std::string& command : commands) {
    const auto run = on_disk_of("1M", command + " --memory no-huge --server " + server);
    EXPECT_EQ(run.code, 5) << command << "\n" << run.err;
    EXPECT_THAT(run.err, HasSubstr("no room in " + directory_ + "/d")) << command;
    EXPECT_THAT(run.err, HasSubstr("1 MB free")) << command;
    EXPECT_THAT(run.out, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(directory_ + "/started")) << command;
  }
}

TEST_F(FullDisk, WithRoomForWhatItNeedsAReplaySucceeds) {
  const auto run = on_disk_of("32M", "replay " + imix_ + " --memory no-huge");
  EXPECT_EQ(run.code, 0) << run.err;
}

TEST_F(FullDisk, ThatBecomesFullDuringARunIsToBlameForWhatFailed) {
  const std::string server =
      write_program("server", "head -c 100000000 /dev/zero > filler; exit 1");
  const auto run = on_disk_of("32M", "replay " + imix_ + " --memory no-huge --server " + server);
  EXPECT_EQ(run.code, 5) << run.err;
  EXPECT_THAT(run.err, HasSubstr("ringside: error: the disk of " + directory_ + "/d"));
  EXPECT_THAT(run.out, IsEmpty());
}

}  // namespace
}  // namespace ringside::harness
