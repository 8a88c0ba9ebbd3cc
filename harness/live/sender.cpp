// SPDX-License-Identifier: BSD-3-Clause
#include "harness/live/sender.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ringside::harness {
namespace {

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view words) {
  const auto at = text.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + words.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

}  // namespace

bool fits_live_port(std::span<const std::byte> frame, std::size_t max_frame) {
  if (frame.size() < kShortestLiveFrame || frame.size() > max_frame) return false;
  const auto type =
      std::to_integer<unsigned>(frame[12]) << 8 | std::to_integer<unsigned>(frame[13]);
  const bool tagged = type == 0x8100 || type == 0x88a8;
  return !tagged || frame.size() >= kShortestTaggedLiveFrame;
}

std::optional<SenderReport> parse_sender_report(std::string_view log) {
  const auto sent = number_after(log, "Successful packets:");
  const auto failed = number_after(log, "Failed packets:");
  if (!sent || !failed) return std::nullopt;
  return SenderReport{*sent, *failed};
}

std::vector<std::string> tcpreplay_words(const std::string& interface, const LiveSend& send) {
  // Everything is read before the first packet leaves: the disk must not decide the timing.
  std::vector<std::string> words = {"tcpreplay", "--intf1=" + interface, "--preload-pcap",
                                    "--no-flow-stats", fmt::format("--loop={}", send.loops)};
  switch (send.pace.kind) {
    case Pace::Kind::kAsap:
      words.push_back("--topspeed");
      break;
    case Pace::Kind::kRate:
      words.push_back(fmt::format("--pps={:.3f}", send.pace.rate));
      break;
    case Pace::Kind::kTiming:
      words.push_back(fmt::format("--multiplier={:.6f}", send.pace.speedup));
      break;
  }
  words.push_back(send.file);
  return words;
}

}  // namespace ringside::harness
