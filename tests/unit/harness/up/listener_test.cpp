// SPDX-License-Identifier: BSD-3-Clause
#include "harness/up/listener.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

namespace ringside::harness {
namespace {

/// Puts `fd` in the place of standard output as long as it lives.
class InPlaceOfStandardOutput {
 public:
  explicit InPlaceOfStandardOutput(int fd) : kept_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    ::dup2(fd, STDOUT_FILENO);
    ::close(fd);
  }
  ~InPlaceOfStandardOutput() {
    std::fflush(stdout);
    std::clearerr(stdout);
    ::dup2(kept_, STDOUT_FILENO);
    ::close(kept_);
  }
  InPlaceOfStandardOutput(const InPlaceOfStandardOutput&) = delete;
  InPlaceOfStandardOutput& operator=(const InPlaceOfStandardOutput&) = delete;

 private:
  int kept_;
};

TEST(StandardOutputTest, TellsAtOnceAndSeesWithoutTellingThatThePipeIsClosed) {
  std::signal(SIGPIPE, SIG_IGN);
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  char text[8] = {};
  ssize_t count = 0;
  bool left_before = true, left_after = false, error = false;
  {
    const InPlaceOfStandardOutput place(pipe[1]);
    StandardOutput output;
    output.tell("words\n");
    count = ::read(pipe[0], text, sizeof text);
    left_before = output.has_left();
    ::close(pipe[0]);
    left_after = output.has_left();
    output.tell("more\n");
    error = std::ferror(stdout) != 0;
  }
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(count)), "words\n");
  EXPECT_FALSE(left_before);
  EXPECT_TRUE(left_after);
  EXPECT_TRUE(error) << "or main() would not know";
}

TEST(StandardOutputTest, AFullDiskIsNoListenerThatHasLeft) {
  const int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  bool left = true;
  {
    const InPlaceOfStandardOutput place(full);
    StandardOutput output;
    output.tell("words\n");
    left = output.has_left();
  }
  EXPECT_FALSE(left);
}

}  // namespace
}  // namespace ringside::harness
