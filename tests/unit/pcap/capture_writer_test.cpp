// SPDX-License-Identifier: BSD-3-Clause
#include "pcap/capture_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "files.hpp"
#include "pcap/capture.hpp"

namespace ringside::pcap {
namespace {

using ringside::fixtures::ScratchDirectory;
using ::testing::HasSubstr;

CaptureWriter::Bytes bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(CaptureWriter, WritesTheNanosecondFormatByteForByte) {
  const ScratchDirectory scratch;
  auto writer = CaptureWriter::create(scratch.path("out.pcap"));
  ASSERT_TRUE(writer) << writer.error().message;
  writer->write(bytes("frame"), 7'123'456'789);
  EXPECT_EQ(writer->packets(), 1u);
  ASSERT_TRUE(writer->close());

  namespace t = ringside::fixtures;
  const std::string header = t::le32(t::kNanoseconds) + t::le16(2) + t::le16(4) + t::le32(0) +
                             t::le32(0) + t::le32(262'144) + t::le32(1);
  EXPECT_EQ(content(scratch.path("out.pcap")), header + t::pcap_record(7, 123'456'789, "frame"));
}

TEST(CaptureWriter, JoinsAFrameGivenInPieces) {
  const ScratchDirectory scratch;
  auto writer = CaptureWriter::create(scratch.path("out.pcap"));
  ASSERT_TRUE(writer) << writer.error().message;
  writer->begin(9, 1);
  writer->piece(bytes("jum"));
  writer->piece(bytes(""));
  writer->piece(bytes("bogram"));
  ASSERT_TRUE(writer->close());

  const auto capture = read_capture(scratch.path("out.pcap"));
  ASSERT_TRUE(capture) << capture.error().message;
  ASSERT_EQ(capture->size(), 1u);
  EXPECT_EQ(std::string((*capture)[0].bytes.begin(), (*capture)[0].bytes.end()), "jumbogram");
}

TEST(CaptureWriter, LeavesAValidEmptyCaptureBeforeTheFirstPacket) {
  const ScratchDirectory scratch;
  auto writer = CaptureWriter::create(scratch.path("out.pcap"));
  ASSERT_TRUE(writer) << writer.error().message;
  const auto capture = read_capture(scratch.path("out.pcap"));
  ASSERT_TRUE(capture) << capture.error().message;
  EXPECT_TRUE(capture->empty());
}

TEST(CaptureWriter, SaysWhyAFileCannotBeCreated) {
  const auto writer = CaptureWriter::create("/nowhere/at-all.pcap");
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().message,
            "capture /nowhere/at-all.pcap cannot be written: No such file or directory");
}

TEST(CaptureWriter, RefusesToStartOnAFullDisk) {
  const auto writer = CaptureWriter::create("/dev/full");
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.error().message, HasSubstr("/dev/full cannot be written: No space left"));
}

TEST(CaptureWriter, ReportsAtTheEndThatBytesDidNotReachTheFile) {
  const ScratchDirectory scratch;
  auto writer = CaptureWriter::create(scratch.path("out.pcap"));
  ASSERT_TRUE(writer) << writer.error().message;

  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{100, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  writer->write(bytes(std::string(500, 'x')), 0);
  const Status status = writer->close();
  std::signal(SIGXFSZ, old_handler);
  ::setrlimit(RLIMIT_FSIZE, &before);

  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("out.pcap is incomplete: File too large"));
}

}  // namespace
}  // namespace ringside::pcap
