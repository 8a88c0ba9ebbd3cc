// SPDX-License-Identifier: BSD-3-Clause
// What people see while scenarios are played: a line that changes on a terminal, one line per
// scenario otherwise.
#pragma once

#include <cstddef>
#include <string>

#include "harness/report/run_report.hpp"

namespace ringside::harness {

/// `choice`: auto, always or never. auto: a terminal, and NO_COLOR is not set.
bool use_colour(const std::string& choice);

enum class ProgressStyle { kLive, kLines, kNone };
/// `choice`: auto, live, lines or none. auto: live on a terminal that is not "dumb".
ProgressStyle progress_style(const std::string& choice);

/// Writes to standard error, so that standard output can be a document (--json -).
class Progress {
 public:
  Progress(ProgressStyle style, bool colour) : style_(style), colour_(colour) {}
  void started(const std::string& name, std::size_t number, std::size_t total);
  void finished(const ScenarioResult& result, std::size_t number, std::size_t total);
  /// Takes the live line away.
  void clear();

 private:
  ProgressStyle style_;
  bool colour_;
  unsigned bad_ = 0;
};

}  // namespace ringside::harness
