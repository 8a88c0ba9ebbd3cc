// SPDX-License-Identifier: BSD-3-Clause
// The judge: what must hold of a run, and whether it did. Pure functions from an Observation; no
// file, clock or process is touched here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "harness/model/observation.hpp"

namespace ringside::harness {

enum class Outcome {
  kPass,
  kFail,   ///< what was seen contradicts what must hold
  kSkip,   ///< could not be judged here; neither good nor bad, and it says why
  kError,  ///< the harness could not do its own work
};
/// "pass", "fail", "skip", "error".
std::string_view to_string(Outcome outcome);

/// Something that was measured: "detect_ms_median", 0.8.
struct Figure {
  std::string name;
  double value = 0;
};

/// Figures of one event: "client 1 (pid 4711) died".
struct FigureRow {
  std::string what;
  std::vector<Figure> figures;
};

struct CheckResult {
  std::string name;
  Outcome outcome = Outcome::kPass;
  /// What was judged, in one line: "10000 sent = 9997 captured + 3 dropped + 0 in flight".
  std::string summary;
  /// Why it is no pass: a sentence each, the first few (kMaxReasons).
  std::vector<std::string> reasons;
  std::uint64_t more_reasons = 0;    ///< how many more there would be
  std::uint64_t left_out = 0;        ///< frames that could not be attributed and were left out
  std::vector<Figure> figures = {};  ///< over the whole run, for those who want numbers
  std::vector<FigureRow> rows = {};  ///< and for each event
};
inline constexpr std::size_t kMaxReasons = 5;

/// How many packets a scenario expects to be dropped. `key` is `place.reason` (all clients
/// together) or `place.reason.client`, places and reasons as in the server's ledger, besides
/// `driver.missed`, `driver.no_mbuf` and `driver.errors`.
struct DropExpectation {
  std::string key;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
};

/// How much a client's death, or a server's, may cost; nothing: as much as it likes.
struct RecoveryBounds {
  std::optional<double> detect_ms;         ///< from the kill to the server's seeing it
  std::optional<double> detect_median_ms;  ///< of all deaths
  std::optional<double> flow_again_ms;     ///< from the kill to a packet of its flows elsewhere
  std::optional<double> pause_ms;          ///< for which nothing came of a client that lived on
  std::optional<double> first_packet_ms;   ///< from a rejoin to the first packet
  std::optional<double> moved_excess;  ///< flows moved beyond the gone client's, as share of all
  /// Flows moved when one of n clients leaves, beyond 1/n of all, as share of all.
  std::optional<double> moved_beyond_share;
  std::optional<double> restart_ms;  ///< from a server's start to the join of one that reconnects
  std::optional<double> server_death_ms;  ///< from the server's kill to the end of each client
};

/// The parameters of all checks; the defaults are what every scenario should fulfil.
struct Expectations {
  /// False: nothing may come out.
  bool packets = true;
  /// False: reception may end before all that was sent is received (a stop under load, a server
  /// that waits for clients).
  bool all_received = true;
  /// Drops that are not listed must not occur. nullopt: any drops are fine, as long as they are
  /// counted.
  std::optional<std::vector<DropExpectation>> drops = std::vector<DropExpectation>{};
  /// balance: how often a fair hash may be called unfair.
  double false_alarm_rate = 1e-6;
  /// balance: exact packets for clients 0, 1, ... If empty, round robin must be even.
  std::vector<std::uint64_t> packets_per_client;
  /// balance, round robin: how far the counts may be apart. Each dispatching lcore adds one.
  std::uint64_t round_robin_spread = 1;
  RecoveryBounds recovery;
};

/// What a check looks at, so that one can tell what to provide and why it skips.
enum class Needs : unsigned {
  kNothing = 0,
  kSent = 1,      ///< the frames that were sent
  kCaptured = 2,  ///< the frames that came out
  kMarks = 4,     ///< --mark mac
  kServer = 8,    ///< the server's final statistics
  kPeace = 16,    ///< a server that was not killed: of such a one nobody knows what it had received
};
constexpr Needs operator|(Needs a, Needs b) {
  return static_cast<Needs>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool contains(Needs set, Needs part) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(part)) != 0;
}

class Evidence;  // harness/checks/evidence.hpp

/// A row of the table of checks. `judge` is called only if all of `needs` is there.
struct Check {
  std::string_view name;
  std::string_view promise;  ///< one line for people
  Needs needs;
  CheckResult (*judge)(const Evidence&, const Expectations&);
};

/// All checks, in the order in which they are shown.
std::span<const Check> all_checks();

/// Runs the checks named (all of them if `names` is empty), in the table's order. Error: a name
/// that no check has.
Result<std::vector<CheckResult>> run_checks(const Observation& observation,
                                            const Expectations& expectations,
                                            std::span<const std::string> names = {});

/// The worst of `results`: error, then fail, then pass; skip only if all of them skipped.
Outcome overall(std::span<const CheckResult> results);

}  // namespace ringside::harness
