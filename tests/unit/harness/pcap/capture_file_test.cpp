// SPDX-License-Identifier: BSD-3-Clause
// What src/pcap refuses is tested in tests/unit/pcap; here, what the judge adds.
#include "harness/pcap/capture_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/pcap/files.hpp"
#include "tests/unit/without_privileges.hpp"

namespace ringside::harness {
namespace {

using ringside::fixtures::pcap_header;
using ringside::fixtures::pcap_record;
using ringside::fixtures::ScratchDirectory;
using ringside::fixtures::WithoutPrivileges;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// The sentence with which a file of `content` is refused, or "" if it is read.
std::string capture_refusal(const std::string& content) {
  const ScratchDirectory scratch;
  const auto frames = read_capture(scratch.file("out.pcap", content));
  if (frames) return {};
  EXPECT_EQ(frames.error().code, ExitCode::kUsage);
  EXPECT_THAT(frames.error().message, HasSubstr("out.pcap"));
  return frames.error().message;
}

TEST(CaptureFile, WritesWhatItReads) {
  const ScratchDirectory scratch;
  FrameList frames;
  const std::string packet(60, 'x');
  frames.add(std::as_bytes(std::span(packet)), 1'700'000'000'123'456'789);
  frames.add(std::as_bytes(std::span(packet).first(14)), 1'700'000'000'123'456'790);
  const std::string path = scratch.path("a.pcap");
  ASSERT_TRUE(write_capture(path, frames).ok());

  const auto read = read_capture(path);
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].time_ns, 1'700'000'000'123'456'789u);
  EXPECT_EQ((*read)[1].bytes.size(), 14u);
  EXPECT_EQ((*read)[1].bytes[13], std::byte{'x'});
}

TEST(CaptureFile, RefusesAFileWithoutPacketsUnlessThatIsFine) {
  EXPECT_THAT(capture_refusal(pcap_header()), HasSubstr("holds no packets"));
  const ScratchDirectory scratch;
  const auto frames =
      read_capture(scratch.file("empty.pcap", pcap_header()), EmptyCapture::kAccept);
  ASSERT_TRUE(frames.ok());
  EXPECT_TRUE(frames->empty());
}

TEST(CaptureFile, NamesAHoleOfZerosInsteadOfReadingPacketsOutOfIt) {
  const std::string late_header_then_hole =
      pcap_header() + std::string(640, '\0') + pcap_record(1, 0, "abc");
  EXPECT_THAT(capture_refusal(late_header_then_hole),
              AllOf(HasSubstr("hole of zeros after 0 packets"), HasSubstr("second process")));
  EXPECT_THAT(capture_refusal(pcap_header() + pcap_record(1, 0, "abc") + std::string(64, '\0')),
              HasSubstr("hole of zeros after 1 packets"));
  EXPECT_THAT(capture_refusal(std::string(640, '\0') + pcap_record(1, 0, "abc")),
              HasSubstr("hole of zeros after 0 packets"));
}

TEST(CaptureFile, AnEmptyPacketWithATimeIsNoHole) {
  EXPECT_EQ(capture_refusal(pcap_header() + pcap_record(1, 0, "")), "");
}

TEST(CaptureFile, SaysThatAFileMayNotBeRead) {
  namespace fs = std::filesystem;
  const ScratchDirectory scratch;
  const std::string path = scratch.file("out.pcap", pcap_header());
  fs::permissions(scratch.path(""), fs::perms::all);
  fs::permissions(path, fs::perms::none);
  const WithoutPrivileges nobody;
  const auto frames = read_capture(path);
  ASSERT_FALSE(frames.ok());
  EXPECT_THAT(frames.error().message, AllOf(HasSubstr("out.pcap"), HasSubstr("Permission denied")));
}

TEST(CaptureFile, WritingWhereNothingCanBeWrittenIsAnErrorOfTheEnvironment) {
  const Status status = write_capture("/nowhere/at/all.pcap", FrameList{});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(status.error().message, HasSubstr("/nowhere/at/all.pcap"));
}

}  // namespace
}  // namespace ringside::harness
