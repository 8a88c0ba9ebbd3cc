// SPDX-License-Identifier: BSD-3-Clause
// The harness's end of mp_wire's JSON lines. Sends on several ports run at the same time, so a
// request and its reply are two calls.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/model/capture_clock.hpp"
#include "harness/run/process.hpp"

namespace ringside::harness {

/// How the packets of one send are spread over time.
struct Pace {
  enum class Kind { kAsap, kRate, kTiming } kind = Kind::kAsap;
  double rate = 0;     ///< kRate: packets per second
  double speedup = 1;  ///< kTiming: the capture's own gaps divided by this
};

/// One send of a capture into a ring port.
struct WireSend {
  unsigned port = 0;  ///< position among the ring ports
  std::string file;
  std::uint64_t count = 0;  ///< packets to offer, repeating the capture; 0 = by loops
  std::uint64_t loops = 1;
  Pace pace = {};
  std::string record = {};  ///< file that gets the accepted packets; empty = none
};

/// What mp_wire answered.
struct WireReply {
  bool ok = false;
  std::string error;
  std::uint64_t sent = 0;
  std::uint64_t refused = 0;
  std::uint64_t packets = 0;
  std::uint64_t duration_ns = 0;  ///< of a send, from its start to its last packet
};

struct WirePortReport {
  unsigned port = 0;
  std::uint64_t sent = 0;
  std::uint64_t refused = 0;
  std::uint64_t captured = 0;
  bool sending = false;
  std::string latency_json;  ///< the object `latency_ns` as it came
};

struct WireReport {
  std::optional<ClockReading> clock;  ///< that of captures; a wire need not tell it
  std::vector<WirePortReport> ports;
};

/// Speaks to one mp_wire over its pipes. Does not own the process.
class WireClient {
 public:
  explicit WireClient(Process& process) : process_(&process) {}

  using Ticket = std::uint64_t;  ///< names a request until its reply was taken

  /// True once mp_wire has said that it is ready.
  bool ready();
  Ticket send(const WireSend& send);
  Ticket capture(unsigned port, const std::string& file);
  Ticket stop_capture(unsigned port);
  Ticket stop_send(unsigned port);
  Ticket pause(unsigned port);
  Ticket resume(unsigned port);
  Ticket report();
  /// The latencies so far no longer count.
  Ticket forget();
  void quit();

  /// The reply, once it came; never blocks.
  std::optional<WireReply> reply(Ticket ticket);
  /// The reply to a report(), once it came.
  std::optional<WireReport> report_reply(Ticket ticket);

 private:
  Ticket request(std::string json_object);
  void read_all();
  std::string load(const std::string& file);

  Process* process_;
  bool ready_ = false;
  Ticket last_ = 0;
  std::map<Ticket, std::string> replies_;
  std::map<std::string, std::string> loaded_;  ///< file -> name given to mp_wire
};

}  // namespace ringside::harness
