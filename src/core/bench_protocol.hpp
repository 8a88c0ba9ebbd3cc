// SPDX-License-Identifier: BSD-3-Clause
// What a program of benchmarks and whoever drives it say to each other, in lines on the program's
// standard output and input:
//
//   program:  ringside-bench 1
//   program:  benchmark NAME ELEMENTS     for each; one round handles so many elements (packets)
//             or: cross-core NAME ELEMENTS    for one whose work goes from one CPU to another
//   program:  ready
//   driver:   NAME ROUNDS
//   program:  NANOSECONDS                 of so many rounds: fixed work, whatever time it takes
//             or: NANOSECONDS BEFORE AFTER    of one that crosses CPUs: and a cache line's round
//                                             trip before and after, in nanoseconds
//             or: error SENTENCE
//
// The last two repeat; the program exits with 0 at the end of its input.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
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
  bool cross_core = false;     ///< its times are worth something beside round trips only
  bool operator==(const BenchmarkInfo&) const = default;
};

/// How long a cache line took from one CPU to another and back, in nanoseconds; 0: it could not be
/// seen. Small virtual machines switch between speeds several times apart.
struct RoundTrips {
  std::uint64_t before = 0, after = 0;
  double mean() const { return (static_cast<double>(before) + static_cast<double>(after)) / 2; }
  bool operator==(const RoundTrips&) const = default;
};

struct BenchTime {
  std::uint64_t nanoseconds = 0;
  std::optional<RoundTrips> round_trips;  ///< of what crosses CPUs
  bool operator==(const BenchTime&) const = default;
};

/// A benchmark of a program. `run` does so many rounds and says how long they took.
struct Benchmark {
  BenchmarkInfo info;
  std::function<Result<BenchTime>(std::uint64_t rounds)> run;
};

namespace detail {

/// "NAME NUMBER" with a number above 0; an empty name otherwise.
inline BenchmarkInfo name_and_number(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == line.npos) return {};
  const auto number = parse_number<std::uint64_t>(line.substr(blank + 1));
  if (!number || *number == 0) return {};
  return {std::string(line.substr(0, blank)), *number, false};
}

/// The line that answers a request.
inline std::string bench_answer(const std::vector<Benchmark>& benchmarks, std::string_view line) {
  const auto [name, rounds, unused] = name_and_number(line);
  if (name.empty()) return "error a request is NAME ROUNDS";
  for (const Benchmark& benchmark : benchmarks) {
    if (benchmark.info.name != name) continue;
    const Result<BenchTime> time = benchmark.run(rounds);
    if (!time) return "error " + time.error().message;
    if (!time->round_trips) return std::to_string(time->nanoseconds);
    return fmt::format("{} {} {}", time->nanoseconds, time->round_trips->before,
                       time->round_trips->after);
  }
  return fmt::format("error there is no benchmark \"{}\"", name);
}

}  // namespace detail

/// The program's side: lists the benchmarks, then answers until the input ends.
inline void serve_benchmarks(const std::vector<Benchmark>& benchmarks, std::istream& in,
                             std::ostream& out) {
  out << kBenchGreeting << '\n';
  for (const Benchmark& benchmark : benchmarks) {
    out << (benchmark.info.cross_core ? "cross-core " : "benchmark ") << benchmark.info.name << ' '
        << benchmark.info.elements << '\n';
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
    if (!greeted_) {
      if (line != kBenchGreeting) {
        return environment_error(
            fmt::format("it began with \"{}\" and not with \"{}\"", line, kBenchGreeting));
      }
      greeted_ = true;
    } else if (line == kBenchReady) {
      ready_ = true;
    } else {
      const BenchmarkInfo info = info_in(line);
      if (info.name.empty()) {
        return environment_error(fmt::format("\"{}\" is no line of a list of benchmarks", line));
      }
      benchmarks_.push_back(info);
    }
    return Done{};
  }

  bool ready() const { return ready_; }
  const std::vector<BenchmarkInfo>& benchmarks() const { return benchmarks_; }

 private:
  /// Without a name when the line is none of the list.
  static BenchmarkInfo info_in(std::string_view line) {
    for (const std::string_view kind : {"benchmark ", "cross-core "}) {
      if (!line.starts_with(kind)) continue;
      BenchmarkInfo info = detail::name_and_number(line.substr(kind.size()));
      info.cross_core = kind.front() == 'c';
      return info;
    }
    return {};
  }

  bool greeted_ = false, ready_ = false;
  std::vector<BenchmarkInfo> benchmarks_;
};

inline std::string bench_request(const std::string& name, std::uint64_t rounds) {
  return fmt::format("{} {}\n", name, rounds);
}

/// What an answer says. Errors: the program's own sentence; no numbers; no time at all, which is no
/// work either.
inline Result<BenchTime> parse_bench_answer(std::string_view line) {
  constexpr std::string_view kError = "error ";
  if (line.starts_with(kError)) {
    return environment_error(std::string(line.substr(kError.size())));
  }
  std::vector<std::uint64_t> numbers;
  for (std::string_view rest = line; numbers.size() < 4;) {
    const std::size_t blank = std::min(rest.find(' '), rest.size());
    const auto number = parse_number<std::uint64_t>(rest.substr(0, blank));
    if (!number) break;
    numbers.push_back(*number);
    if (blank == rest.size()) {
      if (numbers[0] == 0) break;
      if (numbers.size() == 1) return BenchTime{numbers[0], std::nullopt};
      if (numbers.size() == 3) return BenchTime{numbers[0], RoundTrips{numbers[1], numbers[2]}};
      break;
    }
    rest.remove_prefix(blank + 1);
  }
  return environment_error(fmt::format("\"{}\" is no time", line));
}

}  // namespace ringside
