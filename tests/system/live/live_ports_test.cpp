// SPDX-License-Identifier: BSD-3-Clause
// Live ports without a server: what the far end sends is looked at where the server would receive
// it, and the other way round. For root; skipped with the reason otherwise.
#include "harness/live/live_ports.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/live/network_namespace.hpp"
#include "harness/pcap/capture_file.hpp"
#include "harness/run/posix_process.hpp"

namespace ringside::harness {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);

std::vector<std::vector<std::byte>> bytes_of(const FrameList& frames) {
  std::vector<std::vector<std::byte>> all;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    all.emplace_back(frames[i].bytes.begin(), frames[i].bytes.end());
  }
  return all;
}

class LivePortsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = why_no_live_ports()) GTEST_SKIP() << *why;
    std::string pattern = (std::filesystem::temp_directory_path() / "rs-live-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    spec_.directory = pattern;
    spec_.name = "rs" + pattern.substr(pattern.size() - 6);
  }
  void TearDown() override {
    if (!spec_.directory.empty()) std::filesystem::remove_all(spec_.directory);
  }

  bool near_end_exists(unsigned port) const {
    return ::if_nametoindex((spec_.name + "p" + std::to_string(port)).c_str()) != 0;
  }

  /// Those frames of a capture of the repository that a live port takes, also in file().
  FrameList sendable(const std::string& name) {
    const auto all = read_capture(std::string(RINGSIDE_PCAPS_DIR) + "/" + name);
    FrameList frames;
    for (std::size_t i = 0; all.ok() && i < all->size(); ++i) {
      if (fits_live_port((*all)[i].bytes, spec_.max_frame)) frames.add((*all)[i].bytes);
    }
    EXPECT_TRUE(write_capture(file(), frames).ok());
    return frames;
  }
  std::string file() const { return spec_.directory + "/sent.pcap"; }

  SenderReport send(const LivePorts& ports, Pace pace) {
    const std::string log = spec_.directory + "/sender.log";
    auto sender = launcher_.start(ports.sender({0, file(), 1, pace}, log));
    EXPECT_TRUE(sender.ok());
    std::optional<ProcessEnd> end;
    const auto ended = [&] { return (end = (*sender)->poll()).has_value(); };
    wait_until(clock_, Deadline(clock_, kPatience), never_, ended);
    EXPECT_EQ(end, (ProcessEnd{0, 0}));
    std::ifstream in(log);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto report = parse_sender_report(text);
    EXPECT_TRUE(report.has_value()) << text;
    return report.value_or(SenderReport{});
  }

  bool wait_for(const LiveCapture& capture, std::size_t frames) {
    return wait_until(clock_, Deadline(clock_, kPatience), never_,
                      [&] { return capture.count() >= frames; }) == WaitEnd::kMet;
  }

  LiveSpec spec_;
  PosixLauncher launcher_;
  SteadyClock clock_;
  const InterruptFlag never_{0};
};

TEST_F(LivePortsTest, AreMadeAndRemovedWithTheirObject) {
  {
    const auto ports = LivePorts::create(spec_, launcher_, clock_);
    ASSERT_TRUE(ports.ok()) << ports.error().message;
    EXPECT_EQ(ports->ports(), 2u);
    EXPECT_TRUE(near_end_exists(0));
    EXPECT_TRUE(near_end_exists(1));
    EXPECT_LT(ports->vdev_argument(1).size(), 64u) << "DPDK's secondaries break on longer ones";
  }
  EXPECT_FALSE(near_end_exists(0));
  EXPECT_FALSE(near_end_exists(1));
}

TEST_F(LivePortsTest, DoNotTakeOverAnInterfaceThatIsThere) {
  const auto ports = LivePorts::create(spec_, launcher_, clock_);
  ASSERT_TRUE(ports.ok()) << ports.error().message;
  const auto second = LivePorts::create(spec_, launcher_, clock_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ExitCode::kEnvironment);
  EXPECT_TRUE(near_end_exists(0)) << "the first owner's interface was removed";
}

TEST_F(LivePortsTest, GoAwayWhenTheirOwnerIsKilled) {
  int made[2];
  ASSERT_EQ(::pipe(made), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    const auto ports = LivePorts::create(spec_, launcher_, clock_);
    const char word = ports.ok() ? 'y' : 'n';
    if (::write(made[1], &word, 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char word = 0;
  EXPECT_EQ(::read(made[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  EXPECT_TRUE(near_end_exists(1));
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  const auto gone = [&] { return !near_end_exists(0) && !near_end_exists(1); };
  EXPECT_EQ(wait_until(clock_, Deadline(clock_, kPatience), never_, gone), WaitEnd::kMet);
  ::close(made[0]);
  ::close(made[1]);
}

/// Sends a capture and expects the server's end of the link to see exactly that.
class LivePortsCarry : public LivePortsTest, public testing::WithParamInterface<const char*> {};

TEST_P(LivePortsCarry, EveryFrameUnchangedAndNothingElse) {
  spec_.max_frame = 9000;
  const auto ports = LivePorts::create(spec_, launcher_, clock_);
  ASSERT_TRUE(ports.ok()) << ports.error().message;
  const auto own = NetworkNamespace::own();
  auto capture = LiveCapture::start(own->descriptor(), spec_.name + "p0", spec_.max_frame);
  ASSERT_TRUE(capture.ok()) << capture.error().message;
  auto idle = ports->capture(1);
  ASSERT_TRUE(idle.ok()) << idle.error().message;

  const FrameList frames = sendable(GetParam());
  ASSERT_FALSE(frames.empty());
  const SenderReport report = send(*ports, {Pace::Kind::kRate, 20'000});
  EXPECT_EQ(report.sent, frames.size());
  EXPECT_EQ(report.failed, 0u);
  EXPECT_TRUE(wait_for(*capture, frames.size()));

  const LiveCaptured seen = capture->stop();
  EXPECT_EQ(seen.error, "");
  EXPECT_EQ(seen.lost_by_capture, 0u);
  EXPECT_EQ(ports->link_drops(0).to_server, 0u);
  EXPECT_TRUE(bytes_of(seen.frames) == bytes_of(frames)) << seen.frames.size() << " frames";
  EXPECT_EQ(idle->stop().frames.size(), 0u) << "somebody else sends on these interfaces";
}

INSTANTIATE_TEST_SUITE_P(Captures, LivePortsCarry,
                         testing::Values("malformed.pcap", "qinq.pcap", "sizes-64-9000.pcap",
                                         "fragments-out-of-order.pcap", "non-ip.pcap",
                                         "both-directions.pcap"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase_if(name, [](char c) { return std::isalnum(c) == 0; });
                           return name;
                         });

TEST_F(LivePortsTest, CaptureDoesNotSeeWhatItsOwnEndSends) {
  const auto ports = LivePorts::create(spec_, launcher_, clock_);
  ASSERT_TRUE(ports.ok()) << ports.error().message;
  auto sending_end = ports->capture(0);
  ASSERT_TRUE(sending_end.ok());
  sendable("both-directions.pcap");
  send(*ports, {});
  EXPECT_EQ(sending_end->stop().frames.size(), 0u);
}

}  // namespace
}  // namespace ringside::harness
