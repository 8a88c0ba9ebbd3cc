// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/disk_room.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>

#include "harness/pcap/capture_file.hpp"

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMb = 1 << 20;

class DiskRoom : public ::testing::Test {
 protected:
  DiskRoom() {
    char path[] = "/tmp/rsdisk_XXXXXX";
    directory_ = ::mkdtemp(path);
    FrameList frames;
    for (int i = 0; i < 10; ++i) frames.add(std::vector<std::byte>(84));
    EXPECT_TRUE(write_capture(directory_ + "/a.pcap", frames));
    memory_.megabytes = 160;
    scenario_.clients.resize(2);
  }
  ~DiskRoom() override { std::filesystem::remove_all(directory_); }

  std::uint64_t needed() { return *needed_disk_bytes(scenario_, memory_, captures_); }
  /// What the packets of these steps add to what an idle run needs.
  std::uint64_t for_packets(std::vector<Step> steps) {
    scenario_.steps.clear();
    const std::uint64_t idle = needed();
    scenario_.steps = std::move(steps);
    return needed() - idle;
  }
  Step send(std::uint64_t count) {
    Step step;
    step.verb = Verb::kSend;
    step.capture = directory_ + "/a.pcap";
    step.count = count;
    return step;
  }

  std::string directory_;
  CaptureCache captures_;
  MemoryPlan memory_;
  Scenario scenario_;
};

TEST_F(DiskRoom, GrowsWithMemoryAndProcessesWhenPagesAreSmall) {
  scenario_.ports = PortKind::kNull;  // server and clients
  EXPECT_EQ(needed(), kMb + 3 * 160 * 256 * 49);
  scenario_.ports = PortKind::kRing;  // and a wire
  EXPECT_EQ(needed(), kMb + 4 * 160 * 256 * 49);
  memory_.hugepages = true;
  EXPECT_EQ(needed(), kMb + 4 * 2 * kMb);
}

TEST_F(DiskRoom, CountsEveryFileThatAPacketEndsUpIn) {
  Step paced = send(1000);
  paced.pace = {Pace::Kind::kRate, 10, 1};
  EXPECT_EQ(for_packets({send(1000)}), 1000 * 100u);
  EXPECT_EQ(for_packets({paced}), 2 * 1000 * 100u);
  scenario_.ports = PortKind::kPcap;
  EXPECT_EQ(for_packets({send(1000)}), 2 * 1000 * 100u);
}

TEST_F(DiskRoom, DoesNotGuessHowFarAScenarioGetsThatStopsEarly) {
  Step stop;
  stop.verb = Verb::kStop;
  EXPECT_EQ(for_packets({send(1'000'000), stop}), 0u);
}

TEST_F(DiskRoom, ThatIsNotThereIsAnErrorOfTheEnvironment) {
  EXPECT_TRUE(check_disk_room(directory_, 1));
  const Status status = check_disk_room(directory_, std::uint64_t{1} << 60);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(status.error().message, HasSubstr("no room in " + directory_));
  EXPECT_THAT(status.error().message, HasSubstr("1099511627776 MB needed"));
  EXPECT_THAT(status.error().message, HasSubstr("TMPDIR"));
}

TEST_F(DiskRoom, OfAPlaceThatIsNotThereIsUnknown) {
  EXPECT_FALSE(free_disk_bytes(directory_ + "/none"));
  EXPECT_TRUE(check_disk_room(directory_ + "/none", std::uint64_t{1} << 60));
  EXPECT_FALSE(disk_is_full(directory_));
}

}  // namespace
}  // namespace ringside::harness
