// SPDX-License-Identifier: BSD-3-Clause
#include "bench/core/frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "core/burst.hpp"
#include "pcap/capture.hpp"

namespace ringside::bench {
namespace {

constexpr std::size_t kFrames = 1024;
constexpr std::size_t kFrameBytes = 128;
constexpr std::size_t kMostFrames = 65536;

/// SplitMix64: the same numbers everywhere.
class Numbers {
 public:
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_ = 0;
};

/// Writes one header behind the other, in network order; what is not written stays 0.
class FrameWriter {
 public:
  explicit FrameWriter(std::span<std::byte> frame) : frame_(frame) {}

  FrameWriter& number(std::uint64_t value, unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;) frame_[at_++] = static_cast<std::byte>(value >> (8 * i));
    return *this;
  }
  FrameWriter& zeros(std::size_t count) {
    at_ += count;
    return *this;
  }
  FrameWriter& ethernet(std::uint16_t type) {
    return number(0x020000000001, 6).number(0x020000000002, 6).number(type, 2);
  }
  std::size_t left() const { return frame_.size() - at_; }

  FrameWriter& ipv4(std::uint8_t protocol, std::uint16_t fragment, std::uint64_t who) {
    const std::size_t length = left();
    number(0x4500, 2).number(length, 2).zeros(2).number(fragment, 2).number(64, 1);
    number(protocol, 1).zeros(2).number(0x0a000000 | (who & 0xffff), 4);
    return number(0x0a010000 | (who >> 16 & 0xffff), 4);
  }
  FrameWriter& ipv6(std::uint8_t protocol, std::uint64_t who) {
    const std::size_t payload = left() - 40;
    number(0x60000000, 4).number(payload, 2).number(protocol, 1).number(64, 1);
    number(0x20010db800000000, 8).number(who & 0xffff, 8);
    return number(0x20010db800000001, 8).number(who >> 16 & 0xffff, 8);
  }
  /// Ports, and a TCP header's length and an UDP datagram's length where each stands.
  void ports(std::uint64_t who) {
    const std::size_t length = left();
    number(who >> 32 & 0xffff, 2).number(who >> 48, 2).number(length, 2).zeros(6).number(0x50, 1);
  }

 private:
  std::span<std::byte> frame_;
  std::size_t at_ = 0;
};

constexpr std::uint8_t kTcp = 6, kUdp = 17;

void make_frame(std::span<std::byte> frame, std::size_t number, std::uint64_t who) {
  FrameWriter writer(frame);
  switch (number % 16) {
    case 0:
      writer.ethernet(0x0806);
      break;
    case 1:
      writer.ethernet(0x0800).ipv4(kUdp, 0x2000, who).ports(who);
      break;
    case 2:
    case 3:
    case 4:
      writer.ethernet(0x86dd).ipv6(kTcp, who).ports(who);
      break;
    case 5:
    case 6:
      writer.ethernet(0x8100).number(5, 2).number(0x0800, 2).ipv4(kTcp, 0, who).ports(who);
      break;
    case 7:
    case 8:
    case 9:
      writer.ethernet(0x0800).ipv4(kUdp, 0, who).ports(who);
      break;
    default:
      writer.ethernet(0x0800).ipv4(kTcp, 0, who).ports(who);
  }
}

/// Views of frames that lie one behind the other, on two ports in turns.
void add_views(FrameSet& set, const std::vector<std::uint16_t>& lengths) {
  const std::byte* at = set.bytes.data();
  for (const std::uint16_t length : lengths) {
    const PortIndex port{static_cast<std::uint8_t>(set.views.size() % 2)};
    set.views.push_back({at, length, port});
    at += length;
  }
}

}  // namespace

FrameSet made_up_frames() {
  FrameSet set;
  set.bytes.resize(kFrames * kFrameBytes);
  Numbers numbers;
  for (std::size_t i = 0; i < kFrames; ++i) {
    make_frame(std::span(set.bytes).subspan(i * kFrameBytes, kFrameBytes), i, numbers.next());
  }
  add_views(set, std::vector<std::uint16_t>(kFrames, kFrameBytes));
  return set;
}

Result<FrameSet> frames_of_file(const std::string& file) {
  const auto capture = pcap::read_capture(file);
  if (!capture) return capture.error();
  const std::size_t frames = std::min(capture->size(), kMostFrames) / kSmallBurst * kSmallBurst;
  if (frames == 0) return Error{fmt::format("{} holds fewer than {} frames", file, kSmallBurst)};
  FrameSet set;
  std::vector<std::uint16_t> lengths;
  for (std::size_t i = 0; i < frames; ++i) {
    const auto bytes = std::as_bytes((*capture)[i].bytes);
    if (bytes.size() > 0xffff) return Error{file + " holds a frame of more than 65535 bytes"};
    set.bytes.insert(set.bytes.end(), bytes.begin(), bytes.end());
    lengths.push_back(static_cast<std::uint16_t>(bytes.size()));
  }
  add_views(set, lengths);
  return set;
}

}  // namespace ringside::bench
