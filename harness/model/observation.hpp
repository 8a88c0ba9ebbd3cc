// SPDX-License-Identifier: BSD-3-Clause
// All that was seen of one run: plain data, filled in by whoever ran the programs, judged by
// harness/checks. Nothing in here is a judgement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/capture_clock.hpp"
#include "harness/model/frame.hpp"
#include "harness/model/server_stats.hpp"

namespace ringside::harness {

/// One port of the server, seen from outside.
struct PortObservation {
  unsigned index = 0;  ///< position in the server's port mask, as in core's PortIndex
  unsigned peer = 0;   ///< the port that what comes in here must leave from

  /// False: the port feeds itself (a null port), `sent` says nothing.
  bool sent_known = true;
  std::string sent_name;  ///< file the frames came from; reasons speak of "packet 17 of <name>"
  FrameList sent;         ///< put into the port, in this order
  /// Frames in the file, if it was sent over and over: packet `i` is then packet `i % sent_period`
  /// of the file. 0: it was not repeated.
  std::size_t sent_period = 0;
  /// How many of `sent` were turned away before they reached the port (a paced mp_wire found its
  /// ring full). 0 if `sent` lists the accepted ones only.
  std::uint64_t refused = 0;

  /// False: nobody could look at what came out; `captured` says nothing.
  bool captured_known = true;
  std::string captured_name;
  FrameList captured;  ///< came out of the port, in this order
  /// The sentence that read_capture() gave when the capture could not be read; the checks that
  /// need it then end as an error.
  std::string capture_error;
};

/// What mp_wire counted; `port` is the server's port index, not the wire's.
struct WireCounters {
  unsigned port = 0;
  std::uint64_t sent = 0;
  std::uint64_t refused = 0;
  std::uint64_t captured = 0;
};

/// How a program of the run ended.
struct ProgramEnd {
  std::string name;           ///< "server", "client0", "wire"
  std::optional<int> code;    ///< exit code
  std::optional<int> signal;  ///< or the signal that ended it; neither: it did not end
  bool as_expected = true;
  std::string expectation;  ///< in words: "exit 0", "killed by the scenario"
};

/// A signal that the scenario sent to a client.
struct Strike {
  unsigned client = 0;
  std::int64_t pid = 0;
  int signal = 0;
  std::uint64_t monotonic_ns = 0;  ///< just before it was sent
};

/// A client that should go on with the next server, by the process it is.
struct RestartedClient {
  unsigned client = 0;
  std::int64_t pid = 0;
};

/// The server of this observation took the place of one that had ended.
struct Restart {
  std::uint64_t started_ns = 0;   ///< when this one was started, CLOCK_MONOTONIC
  std::uint64_t answered_ns = 0;  ///< when this one answered
  std::vector<RestartedClient> clients;
};

/// A client whose server was killed, and which is to end by itself.
struct Follower {
  unsigned client = 0;
  std::int64_t pid = 0;
  std::optional<std::uint64_t> ended_ns;  ///< when the harness saw it; nothing: it went on
};

/// The scenario killed the server of this observation, and no other took its place. Times are
/// CLOCK_MONOTONIC.
struct ServerDeath {
  std::uint64_t killed_ns = 0;  ///< just before the signal was sent
  std::vector<Follower> followers;
};

struct Observation {
  std::vector<PortObservation> ports;
  /// Nothing when nobody knows by which clock the captured frames are stamped.
  std::optional<CaptureClock> capture_clock;

  std::vector<unsigned> clients;  ///< ids that took part
  /// False: a client joined or left while packets flowed, so that no flow has one owner for the
  /// whole run.
  bool clients_constant = true;
  std::string policy;      ///< as --policy says it
  std::string on_full;     ///< as --on-full says it
  bool marked = false;     ///< clients ran with --mark mac
  bool own_server = true;  ///< the server is mp_server: core/policy says who must get which flow

  std::optional<ServerStats> server;  ///< its final statistics, if it left any
  std::string server_stats_error;     ///< why there are none
  std::vector<WireCounters> wire;     ///< empty without mp_wire

  std::vector<Strike> strikes;     ///< in their order
  std::optional<Restart> restart;  ///< nothing: it is the first server
  std::optional<ServerDeath> server_death;

  std::vector<ProgramEnd> programs;
  std::vector<std::string> leftovers;  ///< files and processes that should be gone: a phrase each
};

}  // namespace ringside::harness
