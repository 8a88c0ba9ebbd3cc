// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/live/sender.hpp"
#include "harness/pcap/capture_file.hpp"

namespace ringside::harness {
namespace {

constexpr unsigned kEthernetFrame = 1522;  // with one VLAN tag
constexpr std::size_t kNamedPackets = 5;   // in a sentence

bool is_utf8(const std::string& text) {
  using Json = nlohmann::json;
  const Json strict(text);
  return Json::parse(strict.dump(-1, ' ', false, Json::error_handler_t::ignore)) == strict;
}

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
    longest = std::max(longest, (*capture)->longest());
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

Status check_capture_name(PortKind ports, const std::string& path) {
  if (ports != PortKind::kRing || is_utf8(path)) return Done{};
  return Error{
      fmt::format("the name of {} is not UTF-8, in which ring ports need it; rename it", path)};
}

Status check_live_frames(const Scenario& scenario, unsigned max_frame, CaptureCache& cache) {
  for (const auto& step : scenario.steps) {
    if (step.verb != Verb::kSend) continue;
    const auto capture = cache.get(step.capture);
    if (!capture) return capture.error();
    std::vector<std::size_t> refused;
    for (std::size_t i = 0; i < (*capture)->size(); ++i) {
      if (!fits_live_port((**capture)[i].bytes, max_frame)) refused.push_back(packet_number(i));
    }
    if (refused.empty()) continue;
    const std::size_t named = std::min(refused.size(), kNamedPackets);
    return Error{fmt::format(
        "{}: packet{} {}{} cannot be sent on a live interface, which takes {} to {} bytes, and {} "
        "at least with a VLAN tag; leave them out, or use ring ports",
        step.capture, refused.size() == 1 ? "" : "s",
        fmt::join(refused.begin(), refused.begin() + static_cast<std::ptrdiff_t>(named), ", "),
        refused.size() == named ? "" : fmt::format(" and {} more", refused.size() - named),
        kShortestLiveFrame, max_frame, kShortestTaggedLiveFrame)};
  }
  return Done{};
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
