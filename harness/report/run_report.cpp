// SPDX-License-Identifier: BSD-3-Clause
#include "harness/report/run_report.hpp"

namespace ringside::harness {

Tally tally(const RunReport& report) {
  Tally counts;
  for (const ScenarioResult& scenario : report.scenarios) {
    switch (scenario.outcome) {
      case Outcome::kPass:
        ++counts.passed;
        break;
      case Outcome::kFail:
        ++counts.failed;
        break;
      case Outcome::kSkip:
        ++counts.skipped;
        break;
      case Outcome::kError:
        ++counts.errors;
        break;
    }
  }
  return counts;
}

}  // namespace ringside::harness
