// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/inputs.hpp"

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace ringside::harness
