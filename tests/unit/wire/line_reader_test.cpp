// SPDX-License-Identifier: BSD-3-Clause
#include "wire/line_reader.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::wire {
namespace {

class LineReaderTest : public ::testing::Test {
 protected:
  LineReaderTest() {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    read_end_ = ends[0];
    write_end_ = ends[1];
    reader_.emplace(read_end_);
  }
  ~LineReaderTest() override {
    ::close(read_end_);
    close_writer();
  }

  void write(const std::string& text) {
    ASSERT_EQ(::write(write_end_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_writer() {
    if (write_end_ >= 0) ::close(write_end_);
    write_end_ = -1;
  }
  bool poll() {
    return reader_->poll([this](LineReader::Kind kind, std::string_view line) {
      lines_.push_back(kind == LineReader::Kind::kTooLong ? "<too long>" : std::string(line));
    });
  }

  int read_end_ = -1;
  int write_end_ = -1;
  std::optional<LineReader> reader_;
  std::vector<std::string> lines_;
};
using Lines = std::vector<std::string>;

TEST_F(LineReaderTest, ReturnsAtOnceWhenThereIsNothing) {
  EXPECT_TRUE(poll());
  EXPECT_TRUE(lines_.empty());
}

TEST_F(LineReaderTest, CutsOneReadIntoItsLines) {
  write("one\n\nthree\n");
  EXPECT_TRUE(poll());
  EXPECT_EQ(lines_, (Lines{"one", "", "three"}));
}

TEST_F(LineReaderTest, JoinsALineThatComesInPieces) {
  write("on");
  EXPECT_TRUE(poll());
  EXPECT_TRUE(lines_.empty());
  write("e\nt");
  EXPECT_TRUE(poll());
  EXPECT_EQ(lines_, (Lines{"one"}));
}

TEST_F(LineReaderTest, EndsWithTheInput) {
  close_writer();
  EXPECT_FALSE(poll());
  EXPECT_FALSE(poll());
  EXPECT_TRUE(lines_.empty());
}

TEST_F(LineReaderTest, CountsALastLineWithoutNewlineOnce) {
  write("one\nlast");
  close_writer();
  EXPECT_FALSE(poll());
  EXPECT_FALSE(poll());
  EXPECT_EQ(lines_, (Lines{"one", "last"}));
}

TEST_F(LineReaderTest, ReportsALineThatIsTooLongAndGoesOnBehindIt) {
  const std::string piece(30'000, 'x');  // a pipe holds 64 KiB
  for (int i = 0; i < 4; ++i) {
    write(piece);
    EXPECT_TRUE(poll());
  }
  write("\nnext\n");
  EXPECT_TRUE(poll());
  EXPECT_EQ(lines_, (Lines{"<too long>", "next"}));
}

TEST_F(LineReaderTest, KeepsALineOfTheLongestLength) {
  const std::string half(LineReader::kLongestLine / 2, 'x');
  write(half);
  EXPECT_TRUE(poll());
  write(half);
  EXPECT_TRUE(poll());
  write("\n");
  EXPECT_TRUE(poll());
  EXPECT_EQ(lines_, (Lines{half + half}));
}

TEST(LineReader, TakesADescriptorThatIsNotOpenForTheEnd) {
  LineReader reader(9999);
  EXPECT_FALSE(reader.poll([](LineReader::Kind, std::string_view) { FAIL(); }));
}

TEST_F(LineReaderTest, WritesALineWithItsNewline) {
  ASSERT_TRUE(write_line(write_end_, "reply"));
  EXPECT_TRUE(poll());
  EXPECT_EQ(lines_, (Lines{"reply"}));
}

TEST(WriteLine, SaysWhenItCannotWrite) {
  EXPECT_FALSE(write_line(9999, "reply"));
}

}  // namespace
}  // namespace ringside::wire
