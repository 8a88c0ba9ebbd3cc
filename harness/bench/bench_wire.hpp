// SPDX-License-Identifier: BSD-3-Clause
// mp_wire as the forwarding benchmark uses it: a capture over and over into ring port 0, what comes
// out of ring port 1 counted and its latency measured.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "core/statistics.hpp"
#include "harness/run/cluster.hpp"
#include "harness/run/wire_client.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness {

/// Counts since the start, latencies since they were last forgotten.
struct WireTotals {
  std::uint64_t at_ns = 0;      ///< CLOCK_MONOTONIC
  std::uint64_t sent = 0;       ///< that the port's ring took
  std::uint64_t refused = 0;    ///< that found it full
  std::uint64_t delivered = 0;  ///< came out
  std::uint64_t measured = 0;   ///< of those, since latencies were forgotten
  Percentiles latency_ns;
  double longest_ns = 0;
};

/// The latencies in a report's "latency_ns". Errors: kInternal, it is not what mp_wire writes.
Status read_latency(const std::string& json, WireTotals& totals);

class BenchWire {
 public:
  /// Starts mp_wire and waits until it is ready; the server runs. Errors: kEnvironment.
  static Result<BenchWire> start(World& world, Cluster& cluster);

  /// Sends `capture` over and over: `count` packets (0: until stop()), at `rate` packets/s or as
  /// fast as the port takes them.
  void send(const std::string& capture, std::uint64_t count, std::optional<double> rate);
  /// Waits for the end of the send, at most so long. Errors: kTimedOut, kEnvironment.
  Result<WireReply> wait_for_end(Duration patience);
  /// Ends the send.
  Status stop();
  Status forget_latencies();
  Result<WireTotals> totals();

 private:
  BenchWire(World& world, Process& process) : world_(&world), client_(process) {}
  Status wait(const std::string& what, Duration patience, const std::function<bool()>& condition);
  Status wait_for(WireClient::Ticket ticket, const std::string& what);

  World* world_;
  WireClient client_;
  WireClient::Ticket send_ = 0;
};

}  // namespace ringside::harness
