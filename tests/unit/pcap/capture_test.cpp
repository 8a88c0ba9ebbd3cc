// SPDX-License-Identifier: BSD-3-Clause
#include "pcap/capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.hpp"

namespace ringside::pcap {
namespace {

using ringside::fixtures::kMicroseconds;
using ringside::fixtures::kNanoseconds;
using ringside::fixtures::le16;
using ringside::fixtures::le32;
using ringside::fixtures::pcap_header;
using ringside::fixtures::pcap_record;
using ringside::fixtures::ScratchDirectory;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text(const Packet& packet) {
  return {packet.bytes.begin(), packet.bytes.end()};
}

/// The sentence with which `content` is refused, or "" when it is read.
std::string refusal(const std::string& content) {
  const ScratchDirectory scratch;
  const auto capture = read_capture(scratch.file("bad.pcap", content));
  if (capture) return {};
  EXPECT_EQ(capture.error().code, ExitCode::kUsage);
  EXPECT_THAT(capture.error().message, HasSubstr("bad.pcap"));
  return capture.error().message;
}

/// A block of a pcapng file: an interface with nanosecond times.
std::string pcapng_interface(std::uint16_t link_type) {
  const std::string resolution = le16(9) + le16(1) + std::string("\x09\0\0\0", 4) + le32(0);
  return le32(1) + le32(32) + le16(link_type) + le16(0) + le32(65535) + resolution + le32(32);
}

/// A pcapng file of one interface and one packet.
std::string pcapng(std::uint16_t link_type, std::uint64_t time_ns, const std::string& bytes) {
  const std::string section = le32(0x0a0d0d0a) + le32(28) + le32(0x1a2b3c4d) + le16(1) + le16(0) +
                              le32(0xffffffff) + le32(0xffffffff) + le32(28);
  const std::string padded = bytes + std::string((4 - bytes.size() % 4) % 4, '\0');
  const auto length = static_cast<std::uint32_t>(bytes.size());
  const auto total = static_cast<std::uint32_t>(32 + padded.size());
  const std::string packet = le32(6) + le32(total) + le32(0) +
                             le32(static_cast<std::uint32_t>(time_ns >> 32)) +
                             le32(static_cast<std::uint32_t>(time_ns)) + le32(length) +
                             le32(length) + padded + le32(total);
  return section + pcapng_interface(link_type) + packet;
}

TEST(ReadCapture, KeepsBytesTimesAndOrderOfAMicrosecondFile) {
  const ScratchDirectory scratch;
  const auto capture = read_capture(scratch.file(
      "a.pcap", pcap_header() + pcap_record(1, 2, "first") + pcap_record(3, 4, "second!")));
  ASSERT_TRUE(capture) << capture.error().message;
  ASSERT_EQ(capture->size(), 2u);
  EXPECT_EQ(text((*capture)[0]), "first");
  EXPECT_EQ((*capture)[0].time_ns, 1'000'002'000u);
  EXPECT_EQ(text((*capture)[1]), "second!");
  EXPECT_EQ((*capture)[1].time_ns, 3'000'004'000u);
  EXPECT_EQ(capture->total_bytes(), 12u);
}

TEST(ReadCapture, KeepsNanosecondsOfANanosecondFile) {
  const ScratchDirectory scratch;
  const auto capture = read_capture(
      scratch.file("a.pcap", pcap_header(kNanoseconds) + pcap_record(7, 123'456'789, "x")));
  ASSERT_TRUE(capture) << capture.error().message;
  EXPECT_EQ((*capture)[0].time_ns, 7'123'456'789u);
}

TEST(ReadCapture, ReadsPcapngWithNanoseconds) {
  const ScratchDirectory scratch;
  const auto capture =
      read_capture(scratch.file("a.pcapng", pcapng(1, 1'700'000'000'000'000'001, "frame")));
  ASSERT_TRUE(capture) << capture.error().message;
  ASSERT_EQ(capture->size(), 1u);
  EXPECT_EQ(text((*capture)[0]), "frame");
  EXPECT_EQ((*capture)[0].time_ns, 1'700'000'000'000'000'001u);
}

TEST(ReadCapture, KeepsTheLengthThatACutFrameHadOnTheWire) {
  const ScratchDirectory scratch;
  const auto capture =
      read_capture(scratch.file("a.pcap", pcap_header() + pcap_record(0, 0, "cut", 97)));
  ASSERT_TRUE(capture) << capture.error().message;
  EXPECT_EQ((*capture)[0].bytes.size(), 3u);
  EXPECT_EQ((*capture)[0].wire_length, 100u);
}

TEST(ReadCapture, TakesAFileWithoutPackets) {
  const ScratchDirectory scratch;
  const auto capture = read_capture(scratch.file("a.pcap", pcap_header()));
  ASSERT_TRUE(capture) << capture.error().message;
  EXPECT_TRUE(capture->empty());
}

TEST(ReadCapture, RefusesAMissingFileByName) {
  const auto capture = read_capture("/nowhere/at-all.pcap");
  ASSERT_FALSE(capture);
  EXPECT_EQ(capture.error().message, "capture /nowhere/at-all.pcap does not exist");
}

TEST(ReadCapture, RefusesADirectory) {
  const ScratchDirectory scratch;
  const auto capture = read_capture(scratch.path(""));
  ASSERT_FALSE(capture);
  EXPECT_THAT(capture.error().message, HasSubstr("is a directory"));
}

TEST(ReadCapture, RefusesAFileOfZeroBytes) {
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
}

TEST(ReadCapture, RefusesAFileThatIsNoCapture) {
  EXPECT_THAT(refusal("this is a shopping list, and a long one"),
              HasSubstr("is not a pcap or pcapng file"));
}

TEST(ReadCapture, NamesThePacketInWhichAFileIsCutOff) {
  const std::string whole = pcap_header() + pcap_record(0, 0, "one") + pcap_record(0, 0, "two");
  EXPECT_THAT(refusal(whole.substr(0, whole.size() - 1)), HasSubstr("is truncated in packet 2"));
  EXPECT_THAT(refusal(whole.substr(0, whole.size() - 10)), HasSubstr("is truncated in packet 2"));
}

TEST(ReadCapture, RefusesAFileCutOffInItsHeader) {
  EXPECT_THAT(refusal(pcap_header().substr(0, 20)), HasSubstr("truncated"));
  EXPECT_THAT(refusal(pcap_header().substr(0, 2)), HasSubstr("truncated"));
}

TEST(ReadCapture, NamesTheLinkTypeThatIsNotEthernet) {
  EXPECT_THAT(refusal(pcap_header(kMicroseconds, 113) + pcap_record(0, 0, "x")),
              HasSubstr("holds LINUX_SLL frames, not Ethernet"));
  EXPECT_THAT(refusal(pcapng(101, 0, "raw")), HasSubstr("holds RAW frames, not Ethernet"));
}

TEST(ReadCapture, OfTwoLinkTypesIsNotCalledDamaged) {
  constexpr std::size_t kSection = 28;
  for (const std::uint16_t second : {113, 101}) {
    std::string file = pcapng(1, 5, "ethernet") + pcapng_interface(second);
    EXPECT_THAT(refusal(file), AllOf(HasSubstr("more than one kind (link types)"),
                                     HasSubstr("tshark -r"), Not(HasSubstr("damaged"))));
    file = pcapng(1, 5, "ethernet").insert(kSection, pcapng_interface(second));
    EXPECT_FALSE(refusal(file).empty());
  }
}

// Any cut of a valid file is read or refused, and what it refuses it refuses with a sentence.
TEST(ReadCapture, EveryPrefixOfAFileIsReadOrRefusedNeverWorse) {
  const ScratchDirectory scratch;
  for (const std::string& whole :
       {pcap_header() + pcap_record(1, 1, "abcdefgh"), pcapng(1, 5, "abcdefgh")}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto capture = read_capture(scratch.file("cut.pcap", whole.substr(0, size)));
      if (capture) {
        EXPECT_TRUE(capture->empty()) << size;
      } else {
        EXPECT_THAT(capture.error().message, HasSubstr("cut.pcap"));
      }
    }
  }
}

}  // namespace
}  // namespace ringside::pcap
