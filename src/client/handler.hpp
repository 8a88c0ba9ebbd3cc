// SPDX-License-Identifier: BSD-3-Clause
// What a client does with a packet: decide where it leaves, mark it, or drop it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/shared_layout.hpp"
#include "dpdk/packet.hpp"

namespace ringside::client {

enum class HandlerKind : std::uint8_t { kForward, kDrop, kDelay };

struct HandlerConfig {
  HandlerKind kind = HandlerKind::kForward;
  std::chrono::nanoseconds delay{0};  ///< per packet, kDelay
  bool mark_mac = false;
};

/// "forward", "drop" or "delay:NS". Error kUsage.
Result<HandlerConfig> parse_handler(const std::string& text);

/// Where packets of each port leave, from the server's shared block.
class ForwardTable {
 public:
  explicit ForwardTable(const shared::SharedInfo& info);

  struct Exit {
    std::uint16_t dpdk_id = dpdk::kDropMark;
    std::uint8_t index = 0;  ///< of the output port, for the mark
  };
  const Exit& exit_of(std::uint16_t input_dpdk_id) const {
    return exits_[input_dpdk_id < exits_.size() ? input_dpdk_id : exits_.size() - 1];
  }

 private:
  std::array<Exit, kMaxPorts + 1> exits_{};  // the last one: a port that the server does not have
};

/// Handles a burst in place: sets `port` of each packet, the input port so far, to the output port
/// or to dpdk::kDropMark. Safe to repeat once the server has written the input port again.
class Handler {
 public:
  Handler(ClientId id, const HandlerConfig& config, const shared::SharedInfo& info)
      : id_(id), config_(config), table_(info) {}

  void handle(std::span<dpdk::Packet> packets) const;

 private:
  void mark(dpdk::Packet packet, std::uint8_t output_index) const;
  void spend_time(std::size_t packets) const;

  ClientId id_;
  HandlerConfig config_;
  ForwardTable table_;
};

/// The handler's seam: tests put a wrong one in its place.
using HandleFn = void (*)(const Handler& handler, std::span<dpdk::Packet> packets);

}  // namespace ringside::client
