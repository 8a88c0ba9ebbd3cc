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
#include <string>

#include "core/result.hpp"
#include "harness/live/live_capture.hpp"
#include "harness/live/sender.hpp"
#include "harness/run/clock.hpp"
#include "harness/run/process.hpp"

namespace ringside::harness {

struct LiveSpec {
  std::string name;  ///< unique on this machine, at most 10 characters: RunDirectory::prefix()
  unsigned ports = 2;
  std::size_t max_frame = 1522;  ///< longest frame that will be sent, in bytes
  std::string directory;         ///< existing, for the logs of helper programs
};

/// Frames that the kernel dropped between the two ends of a port's veth pair. Neither the server's
/// nor the capture's fault: a run with any must end as an error, not as a failure.
struct LinkDrops {
  std::uint64_t to_server = 0;
  std::uint64_t from_server = 0;
};

/// Why this user on this machine cannot have live ports, one sentence; nothing if he can. Tries it
/// out: makes a namespace with a veth pair in it and lets it go.
std::optional<std::string> why_no_live_ports();

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

  /// What to start to send a capture into a port of the server. When the process has ended, `log`
  /// is for parse_sender_report(); its complaints are in `log`.err.
  ProcessSpec sender(const LiveSend& send, const std::string& log) const;

  /// What the kernel has dropped on a port's link so far.
  LinkDrops link_drops(unsigned port) const;

 private:
  struct Impl;
  explicit LivePorts(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringside::harness
