// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/pcap/capture_file.hpp"

namespace ringside::harness {
namespace {

constexpr unsigned kEthernetFrame = 1522;  // with one VLAN tag

}  // namespace

Result<const FrameList*> CaptureCache::get(const std::string& path) {
  auto& entry = captures_[path];
  if (!entry) {
    auto frames = read_capture(path);
    if (!frames) return frames.error();
    entry = std::make_unique<FrameList>(std::move(*frames));
  }
  return entry.get();
}

std::uint64_t offered(const Step& send, const FrameList& capture) {
  return send.count != 0 ? send.count : send.loops * capture.size();
}

void append_repeated(const FrameList& capture, std::uint64_t count, FrameList& to) {
  for (; count >= capture.size(); count -= capture.size()) to.add(capture);
  for (std::size_t i = 0; i < count; ++i) {
    const Frame frame = capture[i];
    to.add(frame.bytes, frame.time_ns, frame.original_length);
  }
}

Result<unsigned> longest_frame(const Scenario& scenario, CaptureCache& cache) {
  std::size_t longest = kEthernetFrame;
  for (const auto& step : scenario.steps) {
    if (step.verb != Verb::kSend) continue;
    const auto capture = cache.get(step.capture);
    if (!capture) return capture.error();
    for (std::size_t i = 0; i < (*capture)->size(); ++i) {
      longest = std::max(longest, (**capture)[i].bytes.size());
    }
  }
  return static_cast<unsigned>(longest);
}

Status check_frame_length(PortKind ports, unsigned longest) {
  const bool by_net_pcap = ports == PortKind::kPcap || ports == PortKind::kLive;
  if (!by_net_pcap || longest <= kLongestPcapFrame) return Done{};
  return Error{
      fmt::format("a frame of {} bytes is too long for {} ports: DPDK's net_pcap driver writes at "
                  "most {} bytes "
                  "of a frame; use ring ports",
                  longest, to_string(ports), kLongestPcapFrame)};
}

Result<std::vector<FrameList>> frames_by_port(const Scenario& scenario, CaptureCache& cache) {
  std::vector<FrameList> ports(scenario.port_count);
  for (const auto& step : scenario.steps) {
    if (step.verb != Verb::kSend) continue;
    const auto capture = cache.get(step.capture);
    if (!capture) return capture.error();
    append_repeated(**capture, offered(step, **capture), ports[step.port]);
  }
  return ports;
}

}  // namespace ringside::harness
