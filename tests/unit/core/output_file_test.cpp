// SPDX-License-Identifier: BSD-3-Clause
#include "core/output_file.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace ringside {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OutputFile : public ::testing::Test {
 protected:
  OutputFile() {
    char path[] = "/tmp/rsof_XXXXXX";
    directory_ = ::mkdtemp(path);
  }
  ~OutputFile() override { fs::remove_all(directory_); }

  std::string in(const std::string& name) const { return directory_ + "/" + name; }
  bool is_empty() const { return fs::is_empty(directory_); }
  std::string directory_;
};

TEST_F(OutputFile, ThatCanBeWrittenIsNotLeftBehind) {
  EXPECT_TRUE(check_output_file("--json", in("new.json")));
  EXPECT_TRUE(is_empty());
}

TEST_F(OutputFile, ThatExistsKeepsItsBytes) {
  std::ofstream(in("old.json")) << "old";
  EXPECT_TRUE(check_output_file("--json", in("old.json")));
  std::string text;
  std::ifstream(in("old.json")) >> text;
  EXPECT_EQ(text, "old");
}

/// Within a limit of bytes for each file: writing more fails as on a full disk.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }

 private:
  rlimit before_{};
  void (*signal_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST_F(OutputFile, IsWritten) {
  EXPECT_TRUE(write_output_file(in("r.json"), "all of it"));
  EXPECT_EQ(fs::file_size(in("r.json")), 9u);
}

TEST_F(OutputFile, ThatCannotBeWrittenWholeDoesNotStay) {
  const FileLimit limit(4096);
  const Status status = write_output_file(in("r.json"), std::string(100000, 'x'));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(status.error().message, HasSubstr("cannot write '" + in("r.json") + "': File too"));
  EXPECT_TRUE(is_empty());
}

TEST_F(OutputFile, ThatIsADeviceStays) {
  fs::create_symlink("/dev/full", in("link"));
  EXPECT_THAT(write_output_file(in("link"), "text").error().message, HasSubstr("No space left"));
  EXPECT_TRUE(fs::exists(in("link")));
}

TEST_F(OutputFile, ThatCannotBeOpenedIsSaid) {
  EXPECT_THAT(write_output_file(in("none/r.json"), "text").error().message,
              HasSubstr("No such file"));
}

TEST_F(OutputFile, BehindALinkThatLeadsNowhereIsNotLeftBehindAndTheLinkStays) {
  fs::create_symlink(in("target"), in("link"));
  EXPECT_TRUE(check_output_file("--json", in("link")));
  EXPECT_TRUE(fs::is_symlink(in("link")));
  EXPECT_FALSE(fs::exists(in("target")));
}

TEST_F(OutputFile, WithoutADirectoryIsRefusedByName) {
  const Status status = check_output_file("--json", in("none/r.json"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(status.error().message,
              HasSubstr("--json " + in("none/r.json") + " cannot be written: No such file"));
}

TEST_F(OutputFile, ThatIsADirectoryIsRefused) {
  EXPECT_THAT(check_output_file("--junit", directory_).error().message,
              HasSubstr("it is a directory"));
}

TEST_F(OutputFile, ThatIsADeviceIsNotOpened) {
  EXPECT_TRUE(check_output_file("--json", "/dev/full"));
}

TEST_F(OutputFile, DirectoriesThatCanBeMadeAreNotLeftBehind) {
  EXPECT_TRUE(check_output_directory("--out", in("a/b/c/")));
  EXPECT_TRUE(check_output_directory("--out", directory_));
  EXPECT_TRUE(is_empty());
}

TEST_F(OutputFile, ADirectoryBelowAFileIsRefusedAndNothingLeftBehind) {
  std::ofstream(in("file")) << "x";
  for (const char* place : {"file", "file/below"}) {
    const Status status = check_output_directory("--out", in(place));
    ASSERT_FALSE(status) << place;
    EXPECT_THAT(status.error().message, HasSubstr("--out " + in(place) + " cannot be written: "));
  }
  EXPECT_FALSE(check_output_directory("--out", "/proc/a/b"));
}

}  // namespace
}  // namespace ringside
