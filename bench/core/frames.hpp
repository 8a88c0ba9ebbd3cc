// SPDX-License-Identifier: BSD-3-Clause
// The packets that benchmarks of src/core work on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/policy.hpp"
#include "core/result.hpp"

namespace ringside::bench {

/// Frames and what policies see of them. Move-only, because `views` point into `bytes`.
struct FrameSet {
  std::vector<std::byte> bytes;
  std::vector<PacketView> views;  ///< as many as fill whole bursts

  FrameSet() = default;
  FrameSet(FrameSet&&) = default;
  FrameSet& operator=(FrameSet&&) = default;
};

/// 1024 frames of 128 bytes, always the same ones: TCP and UDP over IPv4, some of them with a VLAN
/// tag, TCP over IPv6, fragments, and frames that are no IP, of about 900 flows.
FrameSet made_up_frames();

/// The first frames (at most 65536) of a capture. Errors: as pcap::read_capture(); kUsage, it holds
/// fewer frames than one burst.
Result<FrameSet> frames_of_file(const std::string& file);

}  // namespace ringside::bench
