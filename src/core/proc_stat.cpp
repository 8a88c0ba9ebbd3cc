// SPDX-License-Identifier: BSD-3-Clause
#include "core/proc_stat.hpp"

#include "core/parse_number.hpp"

namespace ringside {

std::optional<std::uint64_t> start_time_in(std::string_view stat) {
  constexpr unsigned kFirstBehindName = 3, kStartTime = 22;
  const std::size_t name_end = stat.rfind(')');
  if (name_end == stat.npos || stat.substr(name_end + 1).empty()) return std::nullopt;
  stat.remove_prefix(name_end + 1);
  for (unsigned field = kFirstBehindName;; ++field) {
    const std::size_t begin = stat.find_first_not_of(' ');
    if (begin == stat.npos) return std::nullopt;
    stat.remove_prefix(begin);
    const std::string_view word = stat.substr(0, stat.find_first_of(" \n"));
    if (field == kStartTime) return parse_number<std::uint64_t>(word);
    stat.remove_prefix(word.size());
  }
}

std::optional<std::chrono::nanoseconds> run_time_in(std::string_view schedstat) {
  const auto ran = parse_number<std::int64_t>(schedstat.substr(0, schedstat.find(' ')));
  if (!ran || *ran < 0) return std::nullopt;
  return std::chrono::nanoseconds(*ran);
}

}  // namespace ringside
