// SPDX-License-Identifier: BSD-3-Clause
// Where packets come from and go to: one implementation for each kind of port. The player gives it
// the send steps; afterwards it tells what was sent and what came out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/model/observation.hpp"
#include "harness/run/cluster.hpp"
#include "harness/run/inputs.hpp"
#include "harness/run/scenario.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness {

/// What every kind of traffic works with. References outlive the traffic.
struct TrafficSetup {
  World& world;
  const Scenario& scenario;
  CaptureCache& captures;
  std::string directory;  ///< of this run
  std::string name;       ///< unique on the machine: the DPDK prefix
  unsigned max_frame = 1522;
  Patience patience;
};

class Traffic {
 public:
  virtual ~Traffic() = default;

  /// Before the server starts: makes what the ports are made of. Returns the --vdev arguments.
  virtual Result<std::vector<std::string>> prepare() = 0;
  /// When the server is ready and before any client is: starts the far ends and their captures.
  virtual Status open(Cluster& cluster) = 0;
  /// Starts a send. Returns at once; sending() says when it is over.
  virtual Status send(const Step& step) = 0;
  /// Sends that have not ended yet.
  virtual std::uint64_t sending() = 0;
  /// Differs from call to call as long as whoever sends is alive, even between two packets.
  virtual std::uint64_t heartbeat() { return ++beats_; }
  /// Packets that went into the ports so far.
  virtual std::uint64_t sent() = 0;
  /// Packets that came out of the ports so far; nullopt when nobody counts before the end.
  virtual std::optional<std::uint64_t> captured() { return std::nullopt; }
  /// Why a send failed, once one did.
  virtual std::optional<Error> failure() { return std::nullopt; }
  /// Facts of its own: "wire.captured", "wire.port0.refused".
  virtual std::optional<Fact> fact(const std::string&) { return std::nullopt; }
  /// Ends the sends that run, and waits for that.
  virtual void stop_sends() {}
  /// pause or resume of one wire port.
  virtual Status pause_port(unsigned port, bool pause);
  /// After the server's end: takes in what is still on its way and completes the captures.
  /// `transmitted`: by port, as the server says; empty when it says nothing.
  virtual void close(const std::vector<std::uint64_t>& transmitted) = 0;
  /// Fills in the ports (index, peer, sent, captured) and what the wire counted.
  virtual void observe(Observation& observation) = 0;

 protected:
  std::uint64_t beats_ = 0;
};

/// The traffic for the scenario's kind of ports.
std::unique_ptr<Traffic> make_traffic(const TrafficSetup& setup);

std::unique_ptr<Traffic> make_file_traffic(const TrafficSetup& setup);  ///< pcap and null ports
std::unique_ptr<Traffic> make_ring_traffic(const TrafficSetup& setup);
std::unique_ptr<Traffic> make_live_traffic(const TrafficSetup& setup);

/// A port's place in the observation: index and peer.
PortObservation blank_port(unsigned index);

}  // namespace ringside::harness
