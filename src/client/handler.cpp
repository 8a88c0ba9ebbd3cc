// SPDX-License-Identifier: BSD-3-Clause
#include "client/handler.hpp"

#include <fmt/format.h>

#include <cstring>

#include "client/crash_points.hpp"
#include "core/idle.hpp"
#include "core/parse_number.hpp"

namespace ringside::client {

Result<HandlerConfig> parse_handler(const std::string& text) {
  if (text == "forward") return HandlerConfig{};
  if (text == "drop") return HandlerConfig{HandlerKind::kDrop};
  constexpr std::string_view kDelay = "delay:";
  if (text.starts_with(kDelay)) {
    const auto ns = parse_number<std::int64_t>(std::string_view(text).substr(kDelay.size()));
    if (ns && *ns >= 0 && *ns <= 10'000'000'000) {
      return HandlerConfig{HandlerKind::kDelay, std::chrono::nanoseconds(*ns)};
    }
  }
  return Error{fmt::format(
      "unknown --handler '{}'; use forward, drop or delay:NS (0 ... 10000000000 nanoseconds)",
      text)};
}

ForwardTable::ForwardTable(const shared::SharedInfo& info) {
  for (std::uint32_t i = 0; i < info.ports; ++i) {
    const shared::PortInfo& port = info.port[i];
    if (port.dpdk_id >= kMaxPorts) continue;
    exits_[port.dpdk_id] = {port.peer_dpdk_id,
                            PortIndex{static_cast<std::uint8_t>(i)}.peer().value};
  }
}

void Handler::handle(std::span<dpdk::Packet> packets) const {
  for (const dpdk::Packet packet : packets) {
    const ForwardTable::Exit& exit = table_.exit_of(packet->port);
    packet->port = config_.kind == HandlerKind::kDrop ? dpdk::kDropMark : exit.dpdk_id;
    pass(Step::kInPacket);
    if (config_.mark_mac) mark(packet, exit.index);
  }
  if (config_.kind == HandlerKind::kDelay) spend_time(packets.size());
}

void Handler::mark(dpdk::Packet packet, std::uint8_t output_index) const {
  const std::uint8_t source[] = {0x02, 0, 0, 0, id_.value, output_index};
  constexpr std::size_t kAt = sizeof(source);  // behind the destination's address
  if (packet->data_len < kAt + sizeof(source)) return;
  std::memcpy(rte_pktmbuf_mtod_offset(packet, std::uint8_t*, kAt), source, sizeof(source));
}

void Handler::spend_time(std::size_t packets) const {
  spend(config_.delay * static_cast<std::int64_t>(packets));
}

}  // namespace ringside::client
