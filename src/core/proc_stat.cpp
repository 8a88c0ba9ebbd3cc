// SPDX-License-Identifier: BSD-3-Clause
#include "core/proc_stat.hpp"

#include "core/parse_number.hpp"

namespace ringside {

namespace {

/// A numeric field of /proc/PID/stat behind the name; the first field is 1.
std::optional<std::uint64_t> field_in(std::string_view stat, unsigned wanted) {
  constexpr unsigned kFirstBehindName = 3;
  const std::size_t name_end = stat.rfind(')');
  if (name_end == stat.npos || stat.substr(name_end + 1).empty()) return std::nullopt;
  stat.remove_prefix(name_end + 1);
  for (unsigned field = kFirstBehindName;; ++field) {
    const std::size_t begin = stat.find_first_not_of(' ');
    if (begin == stat.npos) return std::nullopt;
    stat.remove_prefix(begin);
    const std::string_view word = stat.substr(0, stat.find_first_of(" \n"));
    if (field == wanted) return parse_number<std::uint64_t>(word);
    stat.remove_prefix(word.size());
  }
}

}  // namespace

std::string proc_text(std::istream&& file) {
  std::string text;
  std::getline(file, text, '\0');
  return file.bad() ? "" : text;
}

std::vector<std::filesystem::path> threads_of(int pid) {
  std::vector<std::filesystem::path> found;
  std::error_code gone;
  std::filesystem::directory_iterator thread("/proc/" + std::to_string(pid) + "/task", gone);
  for (; !gone && thread != end(thread); thread.increment(gone)) found.push_back(thread->path());
  return found;
}

std::optional<std::uint64_t> start_time_in(std::string_view stat) {
  return field_in(stat, 22);
}

std::optional<bool> is_exiting_in(std::string_view stat) {
  constexpr std::uint64_t kPfExiting = 0x4;
  const auto flags = field_in(stat, 9);
  if (!flags) return std::nullopt;
  return (*flags & kPfExiting) != 0;
}

std::optional<std::chrono::nanoseconds> run_time_in(std::string_view schedstat) {
  const auto ran = parse_number<std::int64_t>(schedstat.substr(0, schedstat.find(' ')));
  if (!ran || *ran < 0) return std::nullopt;
  return std::chrono::nanoseconds(*ran);
}

}  // namespace ringside
