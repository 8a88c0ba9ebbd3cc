// SPDX-License-Identifier: BSD-3-Clause
// How a check collects what it finds.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "harness/checks/checks.hpp"

namespace ringside::harness {

/// "1 packet", "2 packets".
inline std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// A CheckResult in the making: pass until something is said against it. Reasons beyond
/// kMaxReasons are counted, and their words never made.
class Verdict {
 public:
  /// One fault. `make_reason` yields its sentence and is called only if there is room for it.
  template <typename MakeReason>
  void fail(MakeReason&& make_reason) {
    result_.outcome = Outcome::kFail;
    if (result_.reasons.size() < kMaxReasons) {
      result_.reasons.push_back(std::forward<MakeReason>(make_reason)());
    } else {
      ++result_.more_reasons;
    }
  }
  void fail(std::string reason) {
    fail([&] { return std::move(reason); });
  }
  void fail(const char* reason) { fail(std::string(reason)); }

  bool failed() const { return result_.outcome == Outcome::kFail; }
  bool has_room() const { return result_.reasons.size() < kMaxReasons; }
  std::uint64_t faults() const { return result_.reasons.size() + result_.more_reasons; }

  void left_out(std::uint64_t frames) { result_.left_out = frames; }

  CheckResult done(std::string summary) && {
    result_.summary = std::move(summary);
    return std::move(result_);
  }

 private:
  CheckResult result_;
};

/// A result that says only why nothing was judged.
inline CheckResult not_judged(Outcome outcome, std::string reason) {
  CheckResult result;
  result.outcome = outcome;
  result.reasons.push_back(std::move(reason));
  return result;
}

inline CheckResult skipped(std::string reason) {
  return not_judged(Outcome::kSkip, std::move(reason));
}

}  // namespace ringside::harness
