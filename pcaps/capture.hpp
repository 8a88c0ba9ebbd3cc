// SPDX-License-Identifier: BSD-3-Clause
// A capture in the making: frames, and for each the flow that its maker says it belongs to. No
// parser of the project is asked, so that the parsers can be tested against the manifest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "pcaps/frame_builder.hpp"

namespace ringside::pcaps {

/// The identity of a flow and of the connection it is one direction of, as opaque bytes.
struct FlowLabel {
  std::string flow;
  std::string connection;
};

/// TCP, UDP, SCTP that is whole: addresses, protocol, ports.
FlowLabel by_ports(const Flow& flow);
/// Fragments and other IP: addresses and protocol. For fragments of IPv6 the protocol is 44,
/// because they need not agree on what they carry (RFC 8200 section 4.5).
FlowLabel by_addresses(const Flow& flow);
/// Not IP, or IP whose headers cannot be read: MACs and EtherType (the last that can be read behind
/// VLAN tags; 0 for a length, as 802.3 frames have it).
FlowLabel by_macs(const EthernetHeader& header, std::uint16_t type);
/// Frames shorter than an Ethernet header: equal bytes.
FlowLabel runt(const Bytes& frame);

class Capture {
 public:
  void add(Bytes frame, const FlowLabel& label);

  /// Number of the next frame: what makers put into payloads to make frames differ.
  std::uint32_t next() const { return static_cast<std::uint32_t>(frames_.size()); }
  std::size_t packets() const { return frames_.size(); }
  std::size_t flows() const { return flows_.size(); }
  std::size_t connections() const { return connections_.size(); }
  const std::vector<Bytes>& frames() const { return frames_; }
  std::size_t longest() const;
  /// Two frames that are equal but for the source MAC, which a client may overwrite?
  bool has_twins() const;

  /// Writes an Ethernet pcap whose packets are 10 us apart from 2024-01-01T00:00:00Z on, with
  /// nanosecond or microsecond time stamps. Fails when the file cannot be written.
  Status write(const std::filesystem::path& file, bool nanoseconds) const;

 private:
  std::vector<Bytes> frames_;
  std::set<std::string> flows_;
  std::set<std::string> connections_;
};

}  // namespace ringside::pcaps
