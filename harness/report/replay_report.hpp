// SPDX-License-Identifier: BSD-3-Clause
// What `ringside replay` found, and its renderings: JSON (schema ringside.replay/1, described in
// README.md) and text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/checks/checks.hpp"
#include "harness/model/observation.hpp"

namespace ringside::harness {

/// What came out with the mark of one client.
struct ClientShare {
  unsigned client = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t flows = 0;  ///< that had a packet here; a flow on two clients counts at both
};

struct PortTraffic {
  unsigned index = 0;
  unsigned peer = 0;
  std::string sent_name;
  std::string captured_name;
  std::optional<std::uint64_t> sent;      ///< nullopt: not known
  std::optional<std::uint64_t> captured;  ///< nullopt: nobody could look
  std::uint64_t refused = 0;
};

struct ReplayReport {
  // Filled in by the caller.
  std::string version;      ///< of ringside
  std::string port_kind;    ///< "pcap", "ring", "live"
  std::string memory;       ///< "hugepages" or "no-huge"
  std::string capture_dir;  ///< where the captures were kept, or empty
  double duration_s = 0;

  // Filled in by summarize_replay().
  std::string policy;
  std::vector<unsigned> client_ids;
  std::vector<PortTraffic> ports;
  bool marked = false;
  std::vector<ClientShare> clients;
  std::uint64_t unmarked = 0;  ///< packets that bear no mark
  std::uint64_t flows = 0;     ///< flows among what was sent
  std::optional<LedgerStats> ledger;
  std::vector<CheckResult> checks;
  Outcome outcome = Outcome::kSkip;
};

/// Runs all checks and counts who forwarded what.
ReplayReport summarize_replay(const Observation& observation, const Expectations& expectations);

/// Schema ringside.replay/1, indented.
std::string to_json(const ReplayReport& report);
/// For people. `colour` adds ANSI escapes.
std::string to_text(const ReplayReport& report, bool colour);

}  // namespace ringside::harness
