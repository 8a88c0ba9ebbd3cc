// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/forward_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/run/inputs.hpp"

namespace ringside::harness {
namespace {

// The data room of an mbuf of the classic method. net_pcap loops no frame of several mbufs.
constexpr std::size_t kLongestFrame = 2048;

}  // namespace

std::string_view to_string(ForwardMethod method) {
  switch (method) {
    case ForwardMethod::kLines:
      return "lines";
    case ForwardMethod::kFloor:
      return "floor";
    case ForwardMethod::kClassic:
      return "classic";
    case ForwardMethod::kReturn:
      return "return";
    case ForwardMethod::kDirect:
      return "direct";
  }
  return "?";
}

Result<ForwardMethod> parse_forward_method(std::string_view text) {
  for (const ForwardMethod method : kForwardMethods) {
    if (text == to_string(method)) return method;
  }
  return Error{
      fmt::format("unknown method '{}'; use lines, floor, classic, return or direct", text)};
}

std::string ForwardCase::name() const {
  if (is_bound()) return std::string(to_string(method));
  std::string name = fmt::format("{}/{}", to_string(method), clients);
  if (method == ForwardMethod::kClassic) return name;
  name += "/" + policy;
  if (ring_size) name += fmt::format("/ring:{}", *ring_size);
  if (burst) name += fmt::format("/burst:{}", *burst);
  return name;
}

Result<ForwardTraffic> forward_traffic(PortKind ports, const std::string& capture) {
  ForwardTraffic traffic;
  traffic.ports = ports;
  if (ports == PortKind::kNull) return traffic;
  if (ports == PortKind::kLive) return Error{"bench forward knows null, pcap and ring ports"};
  const Status named = check_capture_name(ports, capture);
  if (!named) return named.error();
  CaptureCache cache;
  const auto frames = cache.get(capture);
  if (!frames) return frames.error();
  traffic.capture = std::filesystem::absolute(capture);
  traffic.packets = static_cast<unsigned>((*frames)->size());
  const std::size_t longest = std::max<std::size_t>(traffic.longest, (*frames)->longest());
  if (longest > kLongestFrame) {
    return Error{
        fmt::format("{}: a frame of {} bytes is too long for bench forward, which takes up "
                    "to {}",
                    capture, longest, kLongestFrame)};
  }
  traffic.longest = static_cast<unsigned>(longest);
  return traffic;
}

std::string reason_to_skip(const ForwardCase& what, PortKind ports, std::size_t cpus) {
  if (what.method != ForwardMethod::kFloor && cpus < 2) {
    return fmt::format("needs 2 CPUs, one for the server and one for the clients; {} may be used",
                       cpus);
  }
  if (what.method == ForwardMethod::kLines && ports != PortKind::kNull) {
    return "goes with null ports: there are no packets in it";
  }
  if (what.is_classic() && ports == PortKind::kRing) {
    return "the programs of bench/classic have no ring ports";
  }
  if (what.method == ForwardMethod::kDirect && ports == PortKind::kPcap) {
    return "mp_server refuses --tx direct on net_pcap file ports";
  }
  return "";
}

bool is_oversubscribed(const ForwardCase& what, PortKind ports, std::size_t cpus) {
  const unsigned wires = ports == PortKind::kRing ? 1 : 0;
  return 1 + what.client_processes() + wires > cpus;
}

}  // namespace ringside::harness
