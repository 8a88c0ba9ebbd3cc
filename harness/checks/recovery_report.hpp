// SPDX-License-Identifier: BSD-3-Clause
// What the parts of the check `recovery` find, put together.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/checks/evidence.hpp"
#include "harness/checks/verdict.hpp"

namespace ringside::harness {

inline double milliseconds(std::uint64_t ns) {
  return static_cast<double>(ns) / 1e6;
}

/// "client 1 (pid 4711)".
inline std::string who(unsigned client, std::int64_t pid) {
  return fmt::format("client {} (pid {})", client, pid);
}

/// What one figure was in all events.
class Series {
 public:
  void add(double value) { values_.push_back(value); }
  bool empty() const { return values_.empty(); }
  double most() const { return *std::ranges::max_element(values_); }
  double median() const {
    std::vector<double> sorted = values_;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
  /// "0.8 ms", or with more than one "0.8 ms (at most 2.1)".
  std::string text() const {
    return values_.size() == 1 ? fmt::format("{:.1f} ms", values_[0])
                               : fmt::format("{:.1f} ms (at most {:.1f})", median(), most());
  }
  void figures(const std::string& name, std::vector<Figure>& figures) const {
    if (empty()) return;
    figures.push_back({name + "_median", median()});
    figures.push_back({name + "_max", most()});
  }

 private:
  std::vector<double> values_;
};

struct RecoveryReport {
  std::vector<std::string> parts;  ///< of the summary
  std::vector<Figure> figures;
  std::vector<FigureRow> rows;
  Verdict verdict;

  /// Fails when `value` is known, and more than the scenario allows.
  void bound(const std::optional<double>& most, const std::optional<double>& value,
             std::string_view what, const std::string& whose) {
    if (!most || !value || *value <= *most) return;
    verdict.fail([&] {
      return fmt::format("{}: {} {:.3f}, at most {} is allowed", whose, what, *value, *most);
    });
  }

  CheckResult result(const std::string& when_nothing_is_told) && {
    CheckResult result = std::move(verdict).done(
        parts.empty() ? when_nothing_is_told : fmt::format("{}", fmt::join(parts, "; ")));
    result.figures = std::move(figures);
    result.rows = std::move(rows);
    return result;
  }
};

/// Clients that reconnect have joined the server that took the place of another.
/// recovery_server.cpp
void judge_restart(const Evidence& evidence, const RecoveryBounds& bounds, RecoveryReport& report);

/// Clients whose server was killed have ended. Precondition: it was.
CheckResult judge_server_death(const ServerDeath& death, const RecoveryBounds& bounds);

}  // namespace ringside::harness
