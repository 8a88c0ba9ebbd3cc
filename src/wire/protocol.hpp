// SPDX-License-Identifier: BSD-3-Clause
// What mp_wire is told: one JSON object per line (docs/interfaces.md). Any line at all yields
// either a command or a sentence that says what is wrong with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/result.hpp"

namespace ringside::wire {

/// When the packets of a send depart.
struct Pace {
  enum class Kind {
    kAsap,    ///< as fast as accepted; waits for room
    kRate,    ///< `rate` packets per second; open loop
    kTiming,  ///< the capture's own times, `speedup` times faster; open loop
  };
  Kind kind = Kind::kAsap;
  double rate = 0;     ///< > 0 when kRate
  double speedup = 1;  ///< > 0 when kTiming
};

struct Load {
  std::string file;
  std::string as;
};
struct Send {
  unsigned port = 0;
  std::string capture;
  std::optional<std::uint64_t> count;  ///< packets; without it, `loops` times the capture
  std::uint64_t loops = 1;
  Pace pace;
  std::string record;  ///< file for the accepted packets; empty = none
};
struct StopSend {
  unsigned port = 0;
};
struct StartCapture {
  unsigned port = 0;
  std::string file;
};
struct StopCapture {
  unsigned port = 0;
};
struct Pause {
  unsigned port = 0;
};
struct Resume {
  unsigned port = 0;
};
struct Report {};
/// The latencies measured so far no longer count.
struct Forget {};
struct Quit {};

using Command = std::variant<Load, Send, StopSend, StartCapture, StopCapture, Pause, Resume, Report,
                             Forget, Quit>;

/// What a reply repeats of its request.
struct Tag {
  std::string cmd;  ///< empty when the request had none that is a string
  std::string id;   ///< JSON text of the request's `id`; empty when it had none
};

struct ParsedLine {
  Tag tag;
  Result<Command> command;
};

/// Reads one line, without its newline. `ports` is the number of ring ports: a port outside
/// 0 ... ports-1 is an error here, so that no later code meets one.
ParsedLine parse_line(std::string_view line, unsigned ports);

}  // namespace ringside::wire
