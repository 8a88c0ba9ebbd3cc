// SPDX-License-Identifier: BSD-3-Clause
#include "bench/ring/ring_case.hpp"

#include <fmt/format.h>
#include <regex.h>

#include <algorithm>
#include <map>

namespace ringside::bench {
namespace {

constexpr unsigned kSizes[] = {64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
constexpr unsigned kCounts[] = {1, 8, 32, 128, 256};
constexpr Verb kVerbs[] = {Verb::kSingle, Verb::kBurst, Verb::kBulk};
constexpr Placement kPlacements[] = {Placement::kOneThread, Placement::kThreads,
                                     Placement::kProcesses, Placement::kOversubscribed};
/// 25 ticks at CONFIG_HZ=250.
constexpr std::chrono::milliseconds kOversubscribedTime(100);
constexpr RingTopology kTopologies[] = {{1, 1}, {2, 1}, {1, 2}, {2, 2}};

std::string_view verb_text(Verb verb) {
  constexpr std::string_view kNames[] = {"single", "burst", "bulk"};
  return kNames[static_cast<unsigned>(verb)];
}

std::string_view placement_text(Placement placement) {
  constexpr std::string_view kNames[] = {"one-thread", "threads", "processes", "oversubscribed"};
  return kNames[static_cast<unsigned>(placement)];
}

/// Collects cases that are possible and not there yet, in the order in which they come.
class Cases {
 public:
  void add(const RingCase& ring_case) {
    const bool known = std::find(list_.begin(), list_.end(), ring_case) != list_.end();
    if (!known && is_possible(ring_case)) list_.push_back(ring_case);
  }
  void add_copies(RingCase ring_case) {
    for (const bool zero_copy : {false, true}) {
      ring_case.zero_copy = zero_copy;
      add(ring_case);
    }
  }
  std::vector<RingCase> take() { return std::move(list_); }

 private:
  std::vector<RingCase> list_;
};

std::vector<RingCase> quick_cases() {
  Cases cases;
  for (const RingMode mode : all_ring_modes()) {
    cases.add({.mode = mode, .placement = Placement::kOneThread});
    cases.add({.mode = mode, .placement = Placement::kThreads});
  }
  cases.add({.verb = Verb::kSingle, .count = 1});
  cases.add({.verb = Verb::kBurst});
  cases.add({.zero_copy = true});
  cases.add({.size = 64});
  cases.add({.placement = Placement::kProcesses});
  cases.add({.mode = RingMode::kHts,
             .producers = 2,
             .consumers = 2,
             .placement = Placement::kOversubscribed});
  cases.add({.mode = RingMode::kMpMc, .producers = 2, .consumers = 2});
  return cases.take();
}

/// Around one point, bulks of 32 on a ring of 1024, 1:1, each thing is varied by itself.
std::vector<RingCase> lesson_cases() {
  Cases cases;
  for (const Placement placement : kPlacements) {
    for (const RingMode mode : all_ring_modes()) {
      for (const RingTopology many : kTopologies) {
        cases.add({.mode = mode,
                   .producers = many.producers,
                   .consumers = many.consumers,
                   .placement = placement});
      }
    }
    if (placement == Placement::kOversubscribed) continue;
    for (const unsigned size : kSizes) cases.add({.size = size, .placement = placement});
    for (const Verb verb : kVerbs) {
      for (const unsigned count : kCounts) {
        cases.add_copies({.verb = verb, .count = count, .placement = placement});
      }
    }
  }
  return cases.take();
}

std::vector<RingCase> all_cases() {
  std::vector<RingCase> cases;
  const auto add_counts = [&](RingCase c) {
    for (const Verb verb : kVerbs) {
      for (const bool zero_copy : {false, true}) {
        for (const unsigned count : kCounts) {
          c.verb = verb;
          c.zero_copy = zero_copy;
          c.count = count;
          if (is_possible(c)) cases.push_back(c);
        }
      }
    }
  };
  for (const Placement placement : kPlacements) {
    for (const RingMode mode : all_ring_modes()) {
      for (const RingTopology many : kTopologies) {
        for (const unsigned size : kSizes) {
          add_counts({.mode = mode,
                      .size = size,
                      .producers = many.producers,
                      .consumers = many.consumers,
                      .placement = placement});
        }
      }
    }
  }
  return cases;
}

}  // namespace

std::string name_of(const RingCase& c) {
  return fmt::format("ring/{}/size:{}/{}/{}/{}/{}:{}/{}", to_text(c.mode), c.size,
                     verb_text(c.verb), c.zero_copy ? "zero-copy" : "copy", c.count, c.producers,
                     c.consumers, placement_text(c.placement));
}

bool is_possible(const RingCase& c) {
  if ((c.verb == Verb::kSingle) && (c.count != 1 || c.zero_copy)) return false;
  if (c.count >= c.size) return false;  // a ring of N holds N - 1
  if (c.zero_copy && c.mode != RingMode::kSpSc && c.mode != RingMode::kHts) return false;
  if (c.placement == Placement::kOneThread && c.workers() != 2) return false;
  return check(c.mode, {c.producers, c.consumers}).ok();
}

Result<Selection> parse_selection(std::string_view text) {
  if (text == "quick") return Selection::kQuick;
  if (text == "lesson") return Selection::kLesson;
  if (text == "all") return Selection::kAll;
  return Error{fmt::format("--set is quick, lesson or all, not \"{}\"", text)};
}

std::vector<RingCase> select_cases(Selection selection) {
  switch (selection) {
    case Selection::kQuick:
      return quick_cases();
    case Selection::kLesson:
      return lesson_cases();
    case Selection::kAll:
      break;
  }
  return all_cases();
}

Result<std::vector<RingCase>> filter_cases(const std::vector<RingCase>& cases,
                                           const std::string& expression) {
  ::regex_t compiled;
  if (::regcomp(&compiled, expression.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
    return Error{fmt::format("\"{}\" is no regular expression", expression)};
  }
  std::vector<RingCase> found;
  for (const RingCase& one : cases) {
    if (::regexec(&compiled, name_of(one).c_str(), 0, nullptr, 0) == 0) found.push_back(one);
  }
  ::regfree(&compiled);
  return found;
}

Result<std::vector<unsigned>> place_workers(const RingCase& c, std::span<const unsigned> cpus) {
  if (c.placement == Placement::kOneThread) return std::vector<unsigned>{cpus[0], cpus[0]};
  std::size_t used = c.workers();
  // Two threads to a CPU; of three threads one has a CPU for itself, where there are two.
  if (c.placement == Placement::kOversubscribed) used = std::min(cpus.size(), (used + 1) / 2);
  if (used > cpus.size()) {
    return environment_error(fmt::format("needs {} CPUs, one for each worker; {} {} here", used,
                                         cpus.size(), cpus.size() == 1 ? "is" : "are"));
  }
  std::vector<unsigned> placed;
  for (unsigned i = 0; i < c.workers(); ++i) placed.push_back(cpus[i % used]);
  return placed;
}

std::uint64_t elements_of(const RingCase& c, bool quick) {
  std::uint64_t elements = (std::uint64_t{1} << 18) * std::min(c.count, 16u);
  // Where other processes use the CPUs, a ring's worth of elements moves in one time slice.
  if (quick) elements /= c.placement == Placement::kOneThread ? 8 : 64;
  return elements;
}

std::chrono::milliseconds time_of(const RingCase& c) {
  return c.placement == Placement::kOversubscribed ? kOversubscribedTime
                                                   : std::chrono::milliseconds(0);
}

double most_cpu_lost(std::span<const unsigned> cpus, std::span<const double> lost) {
  std::map<unsigned, double> used;
  for (std::size_t i = 0; i < cpus.size(); ++i) used[cpus[i]] += 1 - lost[i];
  double most = 0;
  for (const auto& [cpu, share] : used) most = std::max(most, 1 - share);
  return most;
}

}  // namespace ringside::bench
