// SPDX-License-Identifier: BSD-3-Clause
// What the changes of one kind among the clients cost, each and together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/checks/recovery_report.hpp"
#include "harness/checks/recovery_traffic.hpp"

namespace ringside::harness {

/// From the signal that the harness sent to the server's seeing what it did.
std::optional<double> detect_ms(const Change& change);
/// From the moment at which its client was no more to the next packet of its flows.
std::optional<double> flow_again_ms(const Change& change);

class Tally {
 public:
  /// Adds what one change cost, and tells it.
  FigureRow add(const Change& change, std::string what);

  std::uint64_t changes() const { return changes_; }
  std::uint64_t redispatched() const { return redispatched_; }
  const Series& detect() const { return detect_; }
  /// ", flows again after 0.8 ms, 30 packets re-dispatched: blocked for ...".
  std::string traffic_text() const;
  /// ", 17 of 50 flows moved (least possible 17)", or "".
  std::string moves_text() const;
  /// Flows that moved beyond those that had to, as share of all; nullopt: none were seen.
  std::optional<double> moved_excess() const;
  /// Flows that moved beyond the nth part of all, of n clients, as share of all. Of all: those that
  /// nobody saw with their owner since an earlier change may be all of one client.
  std::optional<double> moved_beyond_share() const;
  void figures(const std::string& prefix, std::vector<Figure>& figures) const;

 private:
  void add_moves(const Change& change, FigureRow& row);

  Series detect_, again_, blocked_, pause_;
  std::uint64_t changes_ = 0, redispatched_ = 0, delayed_ = 0;
  std::uint64_t flows_ = 0, moved_ = 0, least_ = 0, all_flows_ = 0, all_moved_ = 0;
  std::optional<double> nth_parts_ = 0;  ///< of `all_flows_`; nullopt: of n clients, nobody knows n
};

}  // namespace ringside::harness
