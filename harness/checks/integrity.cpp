// SPDX-License-Identifier: BSD-3-Clause
// Every packet that came out had gone in, byte for byte but for the mark, and none came out more
// often than it went in.
#include <fmt/format.h>

#include <algorithm>

#include "harness/checks/judges.hpp"
#include "harness/checks/verdict.hpp"

namespace ringside::harness {
namespace {

/// Bytes in which `a` and `b`, of one length, differ; stops counting at `limit`.
std::size_t distance(std::span<const std::byte> a, std::span<const std::byte> b, bool marked,
                     std::size_t limit) {
  std::size_t differing = 0;
  for (std::size_t i = 0; i < a.size() && differing < limit; ++i) {
    if (marked && i >= kMarkOffset && i < kMarkOffset + kMarkLength) continue;
    if (a[i] != b[i]) ++differing;
  }
  return differing;
}

struct Nearest {
  std::uint32_t index = kNone;
  std::size_t differing = 0;
};

/// The packet sent into `input` that a frame nobody sent was most probably made from: one of its
/// length, among those that did not come out if there are such.
Nearest nearest(const Evidence& evidence, std::uint32_t input, std::span<const std::byte> frame) {
  constexpr std::size_t kAlike = 8;  // differing in more bytes, it is another packet
  const PortEvidence& port = evidence.ports()[input];
  Nearest best{kNone, kAlike + 1};
  for (std::uint32_t i = 0; i < port.sent.size(); ++i) {
    const PacketClass& packet = evidence.packets()[port.sent[i]];
    if (packet.captured >= packet.sent) continue;
    const auto candidate = port.port->sent[i].bytes;
    if (candidate.size() != frame.size()) continue;
    const std::size_t differing =
        distance(candidate, frame, evidence.observation().marked, best.differing);
    if (differing < best.differing) best = {i, differing};
  }
  return best;
}

std::string describe_difference(std::span<const std::byte> sent, std::span<const std::byte> seen,
                                bool marked) {
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (marked && i >= kMarkOffset && i < kMarkOffset + kMarkLength) continue;
    if (sent[i] == seen[i]) continue;
    return fmt::format("byte {} was 0x{:02x} and is 0x{:02x}", i,
                       std::to_integer<unsigned>(sent[i]), std::to_integer<unsigned>(seen[i]));
  }
  return "no difference";
}

std::string altered(const Evidence& evidence, std::uint32_t out, std::uint32_t index) {
  const PortEvidence& port = evidence.ports()[out];
  const auto frame = port.port->captured[index].bytes;
  const std::string name = evidence.captured_name(out, index);
  const std::string stranger =
      fmt::format("{} ({} bytes) is none of those that were sent", name, frame.size());
  if (port.input == kNone) return stranger;
  const Nearest found = nearest(evidence, port.input, frame);
  if (found.index == kNone) return stranger;
  const auto sent = evidence.ports()[port.input].port->sent[found.index].bytes;
  return fmt::format("{} is not what was sent: it differs from {} in {} of {} bytes, {}", name,
                     evidence.sent_name(port.input, found.index), found.differing, frame.size(),
                     describe_difference(sent, frame, evidence.observation().marked));
}

}  // namespace

CheckResult judge_integrity(const Evidence& evidence, const Expectations&) {
  Verdict verdict;
  std::uint64_t altered_frames = 0;
  std::uint64_t extra_copies = 0;
  std::vector<std::uint32_t> seen(evidence.packets().size());
  for (std::uint32_t out = 0; out < evidence.ports().size(); ++out) {
    const auto& captured = evidence.ports()[out].captured;
    for (std::uint32_t i = 0; i < captured.size(); ++i) {
      const PacketClass& packet = evidence.packets()[captured[i].packet];
      const std::uint32_t copies = ++seen[captured[i].packet];
      if (copies <= packet.sent) continue;
      if (packet.sent == 0) {
        ++altered_frames;
        verdict.fail([&] { return altered(evidence, out, i); });
        continue;
      }
      ++extra_copies;
      verdict.fail([&] {
        return fmt::format("{} is one copy too many of {}: {} went in, {} came out",
                           evidence.captured_name(out, i), evidence.sent_name(captured[i].packet),
                           packet.sent, packet.captured);
      });
    }
  }
  return std::move(verdict).done(
      fmt::format("{} packets came out: {} altered or invented, {} copies too many",
                  evidence.captured_total(), altered_frames, extra_copies));
}

}  // namespace ringside::harness
