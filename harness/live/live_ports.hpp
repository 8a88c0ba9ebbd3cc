// SPDX-License-Identifier: BSD-3-Clause
// Ports of the server that are real network interfaces of the kernel: for each a veth pair, one end
// for the server (net_pcap), the far end in a network namespace of this run, where tcpreplay sends
// and libpcap captures. For root.
//
//   namespace of ringside        server                 ringside's namespace
//   p0 <- tcpreplay              NAMEp0 -> net_pcap0    NAME = LiveSpec::name
//   p1 -> LiveCapture            NAMEp1 <- net_pcap1
//
// The namespace has no name: open descriptors hold it. When ringside ends, however it ends, the
// kernel destroys the namespace and with it both ends of each pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "harness/live/live_capture.hpp"
#include "harness/run/clock.hpp"
#include "harness/run/file_descriptor.hpp"
#include "harness/run/process.hpp"
#include "harness/run/wire_client.hpp"

namespace ringside::harness {

struct LiveSpec {
  std::string name;  ///< unique on this machine, at most 10 characters: RunDirectory::prefix()
  unsigned ports = 2;
  std::size_t max_frame = 1522;  ///< longest frame that will be sent, in bytes
  std::string directory;         ///< existing, for the logs of helper programs
};

/// How tcpreplay is to send a capture.
struct LiveSend {
  unsigned port = 0;
  std::string file;  ///< pcap
  std::uint64_t loops = 1;
  Pace pace = {};  ///< kAsap: as fast as the kernel takes them, which overruns most servers
};

/// What tcpreplay says at its end.
struct SenderReport {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
};

/// Why this user on this machine cannot have live ports, one sentence; nothing if he can. Tries it
/// out: makes a namespace with a veth pair in it and lets it go.
std::optional<std::string> why_no_live_ports();

/// Whether a frame can travel over a veth pair unchanged. The kernel refuses frames without a whole
/// Ethernet header, frames above the MTU, and those that end inside their first VLAN tag or right
/// behind it.
bool fits_live_port(std::span<const std::byte> frame, std::size_t max_frame);

/// Owner of the namespace and the interfaces. Move-only; removes both at the end.
class LivePorts {
 public:
  /// Makes all of it and brings it up: offloads off, neither addresses nor ARP nor IPv6 on the
  /// interfaces, so that nothing but this run sends on them. Errors: kEnvironment.
  static Result<LivePorts> create(const LiveSpec& spec, Launcher& launcher, Clock& clock);

  LivePorts(LivePorts&&) noexcept;
  LivePorts& operator=(LivePorts&&) noexcept;
  ~LivePorts();

  unsigned ports() const;
  /// For the server's EAL: "net_pcap0,rx_iface_in=NAMEp0,tx_iface=NAMEp0".
  std::string vdev_argument(unsigned port) const;

  /// Starts to keep what comes out of a port of the server. Start it before the first send.
  Result<LiveCapture> capture(unsigned port) const;

  /// What to start to send a capture into a port of the server; the report is in `log` when the
  /// process has ended.
  ProcessSpec sender(const LiveSend& send, const std::string& log) const;

 private:
  struct Impl;
  explicit LivePorts(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Reads the text that a sender left in its log; nothing if it did not get to its report.
std::optional<SenderReport> parse_sender_report(std::string_view log);

}  // namespace ringside::harness
