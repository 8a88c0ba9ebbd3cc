// SPDX-License-Identifier: BSD-3-Clause
// A runtime directory on a disk without room, or that cannot be written. The disk is a small tmpfs
// that nobody outside of a mount namespace of the test's own sees.
#include "tests/system/program_fixture.hpp"

namespace ringside::fixtures {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FullDiskTest : public ProgramTest {
 protected:
  /// A server whose runtime directory has room for so much ("1M"), and after it a list of what it
  /// has left there. `before`: to be run first.
  Ended run_on_disk_of(const std::string& size, const Words& eal = primary(),
                       const std::string& before = "") {
    const std::string script = "mount -t tmpfs -o size=" + size +
                               " none \"$RUNTIME_DIRECTORY\" || exit 77; " + before +
                               "\"$@\"; code=$?; ls -R \"$RUNTIME_DIRECTORY\" >&2; exit $code";
    return run_apart(script, bin("mp_server"), join(eal, {"-p", "3", "-n", "1"}));
  }
  /// A secondary of a server on a disk that is filled once the server is ready, up to so many kB,
  /// and after it a list of what it has left there.
  Ended run_beside_a_server(unsigned kilobytes_free, const std::string& program,
                            const Words& words) {
    const std::string script =
        "mount -t tmpfs -o size=16M none \"$RUNTIME_DIRECTORY\" || exit 77\n"
        "cd \"$RUNTIME_DIRECTORY\"\n" +
        bin("mp_server") +
        " --no-huge -m 256 --no-pci --lcores 0@0 -- -p 3 -n 1 --ring-port a --ring-port b "
        ">/dev/null 2>server.err & server=$!\n"
        "until [ -e dpdk/rte/mp_server.ready ]; do\n"
        "  kill -0 $server || { cat server.err >&2; exit 1; }\n"
        "  sleep 0.05\n"
        "done\n"
        "free=$(df -k --output=avail . | tail -n 1)\n"
        "head -c $(((free - " +
        std::to_string(kilobytes_free) +
        ") * 1024)) /dev/zero >filler\n"
        "\"$@\" </dev/null; code=$?\n"
        "ls -R . >&2; kill -INT $server; wait $server; exit $code";
    return run_apart(script, bin(program), words);
  }
  /// Of a secondary, which needs more than the 1024 kB that are free.
  void expect_no_room(const std::string& program, const Words& words) {
    const Ended ended = run_beside_a_server(1024, program, words);
    if (!is_possible(ended)) GTEST_SKIP() << "no mount namespace here: " << ended.err;
    EXPECT_THAT(ended, FailsWith(program, kEnvironment, "DPDK's files take 3100 kB, 1024 kB"));
    EXPECT_THAT(ended.err, Not(HasSubstr("fbarray_nohugemem_")));
  }
  static bool is_possible(const Ended& ended) {
    return ended.exit_code != 77 && ended.err.find("unshare") == std::string::npos;
  }

 private:
  Ended run_apart(const std::string& script, const std::string& program, const Words& arguments) {
    Words words{"-rm", "/bin/sh", "-c", script, "sh", program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return start("/usr/bin/unshare", words).wait_end();
  }
};

TEST_F(FullDiskTest, IsFoundOutBeforeDpdkDiesOfIt) {
  const Ended ended = run_on_disk_of("1M");
  if (!is_possible(ended)) GTEST_SKIP() << "no mount namespace here: " << ended.err;
  EXPECT_THAT(ended, FailsWith("mp_server", kEnvironment, "DPDK's files take 3648 kB"));
  EXPECT_EQ(ended.err.find("fbarray"), std::string::npos) << ended.err;
}

TEST_F(FullDiskTest, WithRoomForDpdkAServerGetsAsFarAsItsPorts) {
  const Ended ended = run_on_disk_of("6M");
  if (!is_possible(ended)) GTEST_SKIP() << "no mount namespace here: " << ended.err;
  EXPECT_EQ(ended.exit_code, kUsage) << ended.err;
}

TEST_F(FullDiskTest, WhatTheLastServerLeftIsRoomForTheNext) {
  const Ended ended = run_on_disk_of("6M", primary(), "\"$@\" 2>/dev/null; ");
  if (!is_possible(ended)) GTEST_SKIP() << "no mount namespace here: " << ended.err;
  EXPECT_EQ(ended.exit_code, kUsage) << ended.err;
}

TEST_F(FullDiskTest, IsFoundOutByAClientBeforeDpdkDiesOfIt) {
  expect_no_room("mp_client", join(secondary("1@1"), {"-n", "0", "--wait", "0"}));
}

TEST_F(FullDiskTest, IsFoundOutByAWireBeforeDpdkDiesOfIt) {
  expect_no_room("mp_wire", join(secondary("100@1"), {"--wait", "0"}));
}

TEST_F(FullDiskTest, WithRoomForItsOwnTablesASecondaryStarts) {
  const Ended ended =
      run_beside_a_server(3100, "mp_wire", join(secondary("100@1"), {"--wait", "0"}));
  if (!is_possible(ended)) GTEST_SKIP() << "no mount namespace here: " << ended.err;
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("ready"));
}

TEST_F(FullDiskTest, WithHugepagesTheTablesAreLargeToo) {
  const Ended ended = run_on_disk_of("1M", {"--no-pci", "--lcores", "0@0"});
  if (!is_possible(ended)) GTEST_SKIP() << "no mount namespace here: " << ended.err;
  EXPECT_THAT(ended, FailsWith("mp_server", kEnvironment, "DPDK's files take"));
}

TEST_F(FullDiskTest, AServerThatMayNotWriteThereSaysWhere) {
  const Ended ended = run_on_disk_of("6M,ro");
  if (!is_possible(ended)) GTEST_SKIP() << "no mount namespace here: " << ended.err;
  EXPECT_THAT(ended, FailsWith("mp_server", kEnvironment,
                               directory_->path() + " cannot be written (Read-only file system)"));
}

}  // namespace
}  // namespace ringside::fixtures
