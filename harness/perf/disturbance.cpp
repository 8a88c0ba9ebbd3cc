// SPDX-License-Identifier: BSD-3-Clause
#include "harness/perf/disturbance.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string>

#include "core/parse_number.hpp"
#include "core/proc_stat.hpp"

namespace ringside::harness::perf {
namespace {

/// What follows `key` on the line that begins with it.
std::optional<std::string_view> line_behind(std::string_view text, std::string_view key) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (line.starts_with(key)) return line.substr(key.size());
    begin = end + 1;
  }
  return std::nullopt;
}

/// The `index`-th word (from 0) as a number; blanks and tabs separate.
std::optional<std::uint64_t> number_at(std::string_view words, unsigned index) {
  constexpr std::string_view kBlanks = " \t";
  for (;; --index) {
    const std::size_t begin = words.find_first_not_of(kBlanks);
    if (begin == words.npos) return std::nullopt;
    words.remove_prefix(begin);
    const std::string_view word = words.substr(0, words.find_first_of(kBlanks));
    if (index == 0) return parse_number<std::uint64_t>(word);
    words.remove_prefix(word.size());
  }
}

}  // namespace

std::optional<std::uint64_t> steal_ticks_in(std::string_view proc_stat, unsigned cpu) {
  constexpr unsigned kSteal = 7;
  const auto words = line_behind(proc_stat, fmt::format("cpu{} ", cpu));
  return words ? number_at(*words, kSteal) : std::nullopt;
}

std::optional<std::uint64_t> involuntary_switches_in(std::string_view status) {
  const auto words = line_behind(status, "nonvoluntary_ctxt_switches:");
  return words ? number_at(*words, 0) : std::nullopt;
}

Disturbance disturbance_counters(std::span<const unsigned> cpus, int pid) {
  Disturbance sum;
  const std::string stat = proc_text(std::ifstream("/proc/stat"));
  for (const unsigned cpu : cpus) sum.steal_ticks += steal_ticks_in(stat, cpu).value_or(0);
  for (const auto& thread : threads_of(pid)) {
    const std::string status = proc_text(std::ifstream(thread / "status"));
    sum.switches += involuntary_switches_in(status).value_or(0);
  }
  return sum;
}

}  // namespace ringside::harness::perf
