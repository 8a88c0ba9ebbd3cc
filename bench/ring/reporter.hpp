// SPDX-License-Identifier: BSD-3-Clause
// Google Benchmark's own reporters, but for five things: names are the cases' names, without
// "/iterations:N/manual_time", errors are counted, all numbers are numbers, and the JSON has
// samples only: a mean or median that Google Benchmark makes is over all speeds of the machine. And
// what was not measured because somebody interrupted is not there.
#pragma once

#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

namespace ringside::bench {

/// How the reason of a case that cannot be measured on this machine begins. Google Benchmark 1.7
/// knows errors only.
inline constexpr const char* kSkipped = "skipped: ";
/// Likewise, of a sample that the machine did not allow to be taken. Neither is an error.
inline constexpr const char* kUnstable = "unstable: ";

/// Of a sample that was not taken because a signal asked the program to end.
inline constexpr const char* kInterrupted = "interrupted";

template <typename Base>
class CaseReporter final : public Base {
 public:
  using Run = ::benchmark::BenchmarkReporter::Run;
  using Base::Base;

  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> renamed = runs;
    if constexpr (std::is_same_v<Base, ::benchmark::JSONReporter>) {
      std::erase_if(renamed, [](const Run& run) { return run.run_type == Run::RT_Aggregate; });
    }
    std::erase_if(renamed, [](const Run& run) { return run.error_message == kInterrupted; });
    for (Run& run : renamed) {
      const std::string& reason = run.error_message;
      const bool said = reason.starts_with(kSkipped) || reason.starts_with(kUnstable);
      if (run.error_occurred && !said) ++errors_;
      // The variation of a counter that is always 0; JSON has no NaN.
      std::erase_if(run.counters, [](const auto& one) { return !std::isfinite(one.second.value); });
      // That of the thread that waits for those at work; both ends are at work all the time.
      run.cpu_accumulated_time = run.real_accumulated_time;
      run.run_name.iterations.clear();
      run.run_name.repetitions.clear();
      run.run_name.time_type.clear();
    }
    Base::ReportRuns(renamed);
  }
  unsigned errors() const { return errors_; }

 private:
  unsigned errors_ = 0;
};

}  // namespace ringside::bench
