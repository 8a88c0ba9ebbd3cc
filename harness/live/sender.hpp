// SPDX-License-Identifier: BSD-3-Clause
// tcpreplay as the sender of live ports: what to say to it, and what it says. Touches nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/run/wire_client.hpp"

namespace ringside::harness {

/// How tcpreplay is to send a capture.
struct LiveSend {
  unsigned port = 0;
  std::string file;  ///< pcap
  std::uint64_t loops = 1;
  Pace pace = {};  ///< kAsap: as fast as the kernel takes them, which overruns most servers
};

/// What tcpreplay says at its end. A frame that failed never reached the link.
struct SenderReport {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
};

/// The kernel refuses frames without a whole Ethernet header. It takes a VLAN tag off before
/// anybody sees the frame, wants the type behind the tag and two bytes more for that
/// (skb_vlan_untag()), and drops the frame otherwise.
inline constexpr std::size_t kShortestLiveFrame = 14;
inline constexpr std::size_t kShortestTaggedLiveFrame = kShortestLiveFrame + 6;

/// Whether a frame can travel over a veth pair unchanged; the MTU is as for `max_frame`.
bool fits_live_port(std::span<const std::byte> frame, std::size_t max_frame);

/// Program and arguments. `interface` is in the namespace that tcpreplay will be in.
std::vector<std::string> tcpreplay_words(const std::string& interface, const LiveSend& send);

/// Reads the text that tcpreplay left on standard output; nothing if it did not get to its report.
std::optional<SenderReport> parse_sender_report(std::string_view log);

}  // namespace ringside::harness
