// SPDX-License-Identifier: BSD-3-Clause
// A scenario as plain data: what a TOML file (scenario_file.hpp) or the `replay` command says, and
// what the player (player.hpp) plays. harness/scenarios/README.md describes the file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/checks/checks.hpp"
#include "harness/run/condition.hpp"
#include "harness/run/wire_client.hpp"

namespace ringside::harness {

/// What the server's ports are made of; docs/interfaces.md and the table in the README.
enum class PortKind { kPcap, kRing, kNull, kLive };
std::string_view to_string(PortKind kind);
std::optional<PortKind> parse_port_kind(std::string_view text);

/// Options of mp_server beside those that follow from the ports and clients. Empty and nullopt:
/// not given, so the program's own default holds.
struct ServerOptions {
  std::string policy = "round-robin";
  std::string ring_mode;
  std::string tx;
  std::string on_full = "drop";
  std::string idle;
  std::optional<unsigned> ring_size;
  std::optional<unsigned> burst;
  std::optional<unsigned> start_after;    ///< not given: all clients that start at the beginning
  std::optional<unsigned> max_frame;      ///< not given: as long as the longest frame sent
  std::optional<unsigned> drain_timeout;  ///< seconds
  unsigned lcores = 1;
  std::vector<std::string> extra;  ///< more arguments after "--"
};

struct ClientOptions {
  unsigned id = 0;
  bool mark = true;
  bool start = true;  ///< at the beginning; else by a step
  std::string handler;
  std::string idle;
  std::optional<unsigned> burst;
  std::vector<std::string> extra;
};

enum class Verb {
  kSend,
  kAwait,
  kCheck,
  kPause,
  kResume,
  kKill,
  kStart,
  kStop,
  kChurn,
  kCrash,
  kRestartServer
};

/// What `await = "quiet"` means: all that was sent was received or missed by the driver, and
/// nothing is on its way, neither in the server and its clients nor from the server to whoever
/// captures.
inline constexpr const char* kQuiet =
    "sending == 0 and received + missed == sent and balanced == 1 and in_flight == 0 and "
    "arriving == 0";

/// What a step acts on: a program ("server", "client2", "wire"), one port of the wire
/// ("wire.port1"), or all sends that run ("sends").
struct Target {
  enum class Kind { kServer, kClient, kWire, kWirePort, kSends } kind = Kind::kServer;
  unsigned number = 0;
};
std::optional<Target> parse_target(std::string_view text);
std::string to_string(const Target& target);

/// One step. Which fields count depends on the verb.
struct Step {
  Verb verb = Verb::kAwait;
  unsigned line = 0;
  std::string text;  ///< for people: "send 1000 packets of imix into port 0"

  // send
  std::string capture;  ///< path
  unsigned port = 0;
  std::uint64_t count = 0;  ///< 0: the whole capture, `loops` times
  std::uint64_t loops = 1;
  Pace pace;
  bool background = false;  ///< the next step begins while this one sends

  Condition condition;              ///< await, check
  std::optional<double> within;     ///< await: seconds; else by lack of progress
  Target target;                    ///< pause, resume, kill, start, stop, crash, await-state
  bool may_be_evicted = false;      ///< await-state: the server may kill the client meanwhile
  int signal = 0;                   ///< kill, restart-server
  std::uint64_t after_packets = 0;  ///< kill: when the server has received so many
  double after_s = 0;               ///< kill: so long after the step began
  unsigned kills = 0;               ///< churn
};

/// How a program is expected to end: exit code, or signal when that is not 0.
struct ExpectedEnd {
  int exit_code = 0;
  int signal = 0;
};

struct Scenario {
  std::string name;  ///< file's name and the values of its matrix: "flow-hash/imix/ring/3"
  std::string file;
  unsigned line = 1;
  std::string description;
  std::vector<std::string> tags;
  std::vector<std::string> requirements;  ///< "root", "live", "hugepages"
  double timeout_s = 60;

  PortKind ports = PortKind::kRing;
  unsigned port_count = 2;
  ServerOptions server;
  unsigned client_slots = 1;  ///< mp_server -n
  std::vector<ClientOptions> clients;
  std::vector<Step> steps;

  std::vector<std::string> checks;  ///< names; empty = all
  Expectations expectations;
  std::map<std::string, ExpectedEnd> exits;  ///< by program; others: exit 0
};

/// No server is there any more when the step is done. Of restart-server one is.
bool ends_server(const Step& step);
/// A step ends a client, or the server, while others go on.
bool changes_clients(const Scenario& scenario);

}  // namespace ringside::harness
