// SPDX-License-Identifier: BSD-3-Clause
// A run in which clients come and go, as a server without fault would do it: a packet each
// millisecond, forwarded by whoever owns its flow at that moment.
#pragma once

#include <string>
#include <vector>

#include "core/bucket_table.hpp"
#include "core/client_set.hpp"
#include "tests/unit/harness/checks/simulated_run.hpp"

namespace ringside::harness::fixtures {

class ChurnedRun {
 public:
  static constexpr std::uint64_t kMs = 1'000'000;
  static constexpr unsigned kRing = 1024;  ///< packets that a client may have

  /// `clients` have joined, at 1 ms, as processes 100, 101, ...
  explicit ChurnedRun(unsigned clients);

  /// So many packets of 50 flows in turn, the next ones of each.
  void traffic(unsigned packets);
  /// The server notes something now. Join, rejoin and resume, suspect, dead and leave change who
  /// gets packets.
  void event(const std::string& kind, unsigned client, std::uint64_t packets = 0);
  /// The harness sends a signal now.
  void strike(unsigned client, int signal);
  /// `kill`, noticed `noticed_ms` later, and recovered at once: `packets` for others.
  void kill(unsigned client, std::uint64_t packets, unsigned noticed_ms = 1);
  /// A new process in the place of `client`.
  void rejoin(unsigned client);
  void pass(unsigned ms) { now_ += ms * kMs; }

  Observation observe() const;
  std::uint64_t now() const { return now_; }
  unsigned owner(unsigned flow) const;

  SimulatedRun run;
  std::vector<std::uint64_t> times;  ///< of run.out[1]
  std::vector<ServerEvent> events;
  std::vector<Strike> strikes;

 private:
  unsigned clients_;
  std::uint64_t now_ = kMs;
  unsigned sent_ = 0;
  std::vector<std::int64_t> pids_;
  std::vector<std::uint64_t> generations_;
  std::vector<std::uint64_t> recovered_;
  ClientSet active_;
  BucketTable table_;
};

}  // namespace ringside::harness::fixtures
