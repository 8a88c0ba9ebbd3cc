// SPDX-License-Identifier: BSD-3-Clause
// What a program of benchmarks and whoever drives it say to each other, in lines on the program's
// standard output and input:
//
//   program:  ringside-bench 1
//   program:  benchmark NAME ELEMENTS     for each; one round handles so many elements (packets)
//   program:  ready
//   driver:   NAME ROUNDS
//   program:  NANOSECONDS                 of so many rounds: fixed work, whatever time it takes
//             or: error SENTENCE
//
// The last two repeat; the program exits with 0 at the end of its input.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/parse_number.hpp"
#include "core/result.hpp"

namespace ringside {

inline constexpr std::string_view kBenchGreeting = "ringside-bench 1";
inline constexpr std::string_view kBenchReady = "ready";

struct BenchmarkInfo {
  std::string name;            ///< no blanks
  std::uint64_t elements = 0;  ///< that one round handles
  bool operator==(const BenchmarkInfo&) const = default;
};

/// A benchmark of a program. `run` does so many rounds and returns their nanoseconds.
struct Benchmark {
  BenchmarkInfo info;
  std::function<Result<std::uint64_t>(std::uint64_t rounds)> run;
};

namespace detail {

/// "NAME NUMBER" with a number above 0; an empty name otherwise.
inline BenchmarkInfo name_and_number(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == line.npos) return {};
  const auto number = parse_number<std::uint64_t>(line.substr(blank + 1));
  if (!number || *number == 0) return {};
  return {std::string(line.substr(0, blank)), *number};
}

/// The line that answers a request.
inline std::string bench_answer(const std::vector<Benchmark>& benchmarks, std::string_view line) {
  const auto [name, rounds] = name_and_number(line);
  if (name.empty()) return "error a request is NAME ROUNDS";
  for (const Benchmark& benchmark : benchmarks) {
    if (benchmark.info.name != name) continue;
    const Result<std::uint64_t> nanoseconds = benchmark.run(rounds);
    return nanoseconds ? std::to_string(*nanoseconds) : "error " + nanoseconds.error().message;
  }
  return fmt::format("error there is no benchmark \"{}\"", name);
}

}  // namespace detail

/// The program's side: lists the benchmarks, then answers until the input ends.
inline void serve_benchmarks(const std::vector<Benchmark>& benchmarks, std::istream& in,
                             std::ostream& out) {
  out << kBenchGreeting << '\n';
  for (const Benchmark& benchmark : benchmarks) {
    out << "benchmark " << benchmark.info.name << ' ' << benchmark.info.elements << '\n';
  }
  out << kBenchReady << std::endl;
  for (std::string line; std::getline(in, line);) {
    out << detail::bench_answer(benchmarks, line) << std::endl;
  }
}

/// The driver's side of the listing: takes the program's first lines one by one.
class BenchListing {
 public:
  /// Errors: the line is none of this protocol, or of another version of it.
  Status take(std::string_view line) {
    constexpr std::string_view kPrefix = "benchmark ";
    if (!greeted_) {
      if (line != kBenchGreeting) {
        return environment_error(
            fmt::format("it began with \"{}\" and not with \"{}\"", line, kBenchGreeting));
      }
      greeted_ = true;
    } else if (line == kBenchReady) {
      ready_ = true;
    } else {
      BenchmarkInfo info;
      if (line.starts_with(kPrefix)) info = detail::name_and_number(line.substr(kPrefix.size()));
      if (info.name.empty()) {
        return environment_error(fmt::format("\"{}\" is no line of a list of benchmarks", line));
      }
      benchmarks_.push_back(std::move(info));
    }
    return Done{};
  }

  bool ready() const { return ready_; }
  const std::vector<BenchmarkInfo>& benchmarks() const { return benchmarks_; }

 private:
  bool greeted_ = false, ready_ = false;
  std::vector<BenchmarkInfo> benchmarks_;
};

inline std::string bench_request(const std::string& name, std::uint64_t rounds) {
  return fmt::format("{} {}\n", name, rounds);
}

/// Nanoseconds out of an answer. Errors: what the program says; no number; no time at all, which is
/// no work either.
inline Result<std::uint64_t> parse_bench_answer(std::string_view line) {
  constexpr std::string_view kError = "error ";
  if (line.starts_with(kError)) {
    return environment_error(std::string(line.substr(kError.size())));
  }
  const auto nanoseconds = parse_number<std::uint64_t>(line);
  if (nanoseconds && *nanoseconds > 0) return *nanoseconds;
  return environment_error(fmt::format("\"{}\" is no time", line));
}

}  // namespace ringside
