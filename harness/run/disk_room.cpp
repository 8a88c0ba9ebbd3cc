// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/disk_room.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace ringside::harness {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMegabyte = 1 << 20;

// Measured with DPDK 22.11: every process keeps a table of all pages of DPDK's memory, 48 bytes
// each and two bitmaps, in a file that is written from end to end with pages of 4 kB and nearly
// empty with hugepages; the configuration, the memzones and the logs are a few hundred kilobytes
// for all.
constexpr std::uint64_t kBytesPerPage = 49;
constexpr std::uint64_t kHugepagesProcess = 2 * kMegabyte;
constexpr std::uint64_t kCommon = kMegabyte;

constexpr std::uint64_t kRecordHeader = 16;  // of a packet in a pcap file

// Under it a program that wanted to write has most likely failed to.
constexpr std::uint64_t kFull = 256 * 1024;

/// How many files every packet of a send ends up in.
unsigned copies(PortKind ports, const Step& send) {
  switch (ports) {
    case PortKind::kPcap:
    case PortKind::kLive:
      return 2;  // what goes in, what came out
    case PortKind::kRing:
      return send.pace.kind == Pace::Kind::kAsap ? 1 : 2;  // a paced send is recorded
    case PortKind::kNull:
      break;
  }
  return 0;
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{} MB", (bytes + kMegabyte - 1) / kMegabyte);
}

}  // namespace

Result<std::uint64_t> needed_disk_bytes(const Scenario& scenario, const MemoryPlan& memory,
                                        CaptureCache& captures) {
  const std::uint64_t wires = scenario.ports == PortKind::kRing ? 1 : 0;
  const std::uint64_t processes = 1 + scenario.clients.size() + wires;
  const std::uint64_t pages = memory.megabytes * kMegabyte / 4096;
  std::uint64_t bytes =
      kCommon + processes * (memory.hugepages ? kHugepagesProcess : pages * kBytesPerPage);
  const bool stops_early = std::any_of(scenario.steps.begin(), scenario.steps.end(),
                                       [](const Step& step) { return step.verb == Verb::kStop; });
  if (stops_early) return bytes;
  for (const auto& step : scenario.steps) {
    if (step.verb != Verb::kSend) continue;
    const auto capture = captures.get(step.capture);
    if (!capture) return capture.error();
    const FrameList& frames = **capture;
    const std::uint64_t packet = frames.total_bytes() / frames.size() + kRecordHeader;
    bytes += offered(step, frames) * packet * copies(scenario.ports, step);
  }
  return bytes;
}

std::optional<std::uint64_t> free_disk_bytes(const std::string& directory) {
  std::error_code error;
  const fs::space_info space = fs::space(directory, error);
  if (error) return std::nullopt;
  return ::geteuid() == 0 ? space.free : space.available;  // some of it is for root alone
}

Status check_disk_room(const std::string& directory, std::uint64_t needed) {
  const auto room = free_disk_bytes(directory);
  if (!room || *room >= needed) return Done{};
  return environment_error(fmt::format(
      "no room in {}: {} needed for DPDK's files and captures, {} free; make room, or let TMPDIR "
      "name a directory with more",
      directory, megabytes(needed), megabytes(*room)));
}

std::optional<Error> disk_is_full(const std::string& directory) {
  const auto room = free_disk_bytes(directory);
  if (!room || *room >= kFull) return std::nullopt;
  return environment_error(fmt::format(
      "the disk of {} became full while programs ran there, so nothing that they did counts; make "
      "room, or let TMPDIR name a directory with more",
      directory));
}

}  // namespace ringside::harness
