// SPDX-License-Identifier: BSD-3-Clause
#include "core/output_file.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

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
