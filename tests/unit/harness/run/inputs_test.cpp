// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/inputs.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>

#include "harness/pcap/capture_file.hpp"

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;

TEST(FrameLength, RingPortsTakeAllThatACaptureCanHold) {
  EXPECT_TRUE(check_frame_length(PortKind::kRing, 65535));
}

TEST(FrameLength, PortsOfNetPcapTakeWhatTheDriverWritesWhole) {
  for (const PortKind kind : {PortKind::kPcap, PortKind::kLive}) {
    EXPECT_TRUE(check_frame_length(kind, kLongestPcapFrame));
    const Status longer = check_frame_length(kind, kLongestPcapFrame + 1);
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().code, ExitCode::kUsage);
    EXPECT_THAT(longer.error().message, HasSubstr("16129 bytes"));
    EXPECT_THAT(longer.error().message, HasSubstr("use ring ports"));
  }
}

class LiveFrames : public ::testing::Test {
 protected:
  LiveFrames() {
    char path[] = "/tmp/rslive_XXXXXX";
    directory_ = ::mkdtemp(path);
  }
  ~LiveFrames() override { std::filesystem::remove_all(directory_); }

  /// The error of sending frames of these lengths, without or with a VLAN tag; "" when there is
  /// none.
  std::string sending(const std::vector<std::size_t>& lengths, bool tagged = false) {
    FrameList frames;
    for (const std::size_t length : lengths) {
      std::vector<std::byte> frame(length);
      if (tagged) frame.at(12) = std::byte{0x81};
      frames.add(frame);
    }
    Step send;
    send.verb = Verb::kSend;
    send.capture = directory_ + "/a.pcap";
    EXPECT_TRUE(write_capture(send.capture, frames));
    Scenario scenario;
    scenario.steps.push_back(send);
    CaptureCache cache;
    const Status status = check_live_frames(scenario, 1522, cache);
    return status ? "" : status.error().message;
  }
  std::string directory_;
};

TEST_F(LiveFrames, FromAWholeHeaderToTheLongestCanBeSent) {
  EXPECT_EQ(sending({14, 15, 60, 1522}), "");
  EXPECT_EQ(sending({20, 1522}, true), "");
}

TEST_F(LiveFrames, ThatCannotBeSentAreNamed) {
  EXPECT_THAT(sending({60, 13}), HasSubstr("a.pcap: packet 2 cannot be sent on a live interface"));
  EXPECT_THAT(sending({1523, 60, 1}), HasSubstr("packets 1, 3 cannot be sent"));
  EXPECT_THAT(sending({19}, true), HasSubstr("20 at least with a VLAN tag"));
  EXPECT_THAT(sending({1, 2, 3, 4, 5, 6, 7}), HasSubstr("packets 1, 2, 3, 4, 5 and 2 more cannot"));
}

TEST(CaptureName, IsToldToTheWireInUtf8) {
  EXPECT_TRUE(check_capture_name(PortKind::kRing, "/tmp/\xc3\xa4.pcap"));
  const std::string latin1 = "/tmp/\xe4.pcap";
  EXPECT_THAT(check_capture_name(PortKind::kRing, latin1).error().message,
              HasSubstr(latin1 + " is not UTF-8"));
  EXPECT_TRUE(check_capture_name(PortKind::kPcap, latin1)) << "written to files of other names";
}

}  // namespace
}  // namespace ringside::harness
