// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace ringside::harness {
namespace {

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

bool use_colour(const std::string& choice) {
  if (choice != "auto") return choice == "always";
  return ::isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
}

ProgressStyle progress_style(const std::string& choice) {
  if (choice == "live") return ProgressStyle::kLive;
  if (choice == "lines") return ProgressStyle::kLines;
  if (choice == "none") return ProgressStyle::kNone;
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string(terminal) == "dumb";
  return ::isatty(STDERR_FILENO) != 0 && !dumb ? ProgressStyle::kLive : ProgressStyle::kLines;
}

void Progress::clear() {
  if (style_ == ProgressStyle::kLive) fmt::print(stderr, "\r\033[K");
}

void Progress::started(const std::string& name, std::size_t number, std::size_t total) {
  if (style_ != ProgressStyle::kLive) return;
  std::string line = fmt::format("[{}/{}] {}", number, total, name);
  if (bad_ != 0) line += fmt::format("   {} not passed", bad_);
  // A line that wraps could not be taken back.
  fmt::print(stderr, "\r\033[K{}", line.substr(0, terminal_columns() - 1));
  std::fflush(stderr);
}

void Progress::finished(const ScenarioResult& result, std::size_t, std::size_t) {
  const bool bad = result.outcome == Outcome::kFail || result.outcome == Outcome::kError;
  if (bad) ++bad_;
  if (style_ == ProgressStyle::kNone && !bad) return;
  if (style_ == ProgressStyle::kLive && !bad) return;
  clear();
  fmt::print(stderr, "{}", to_text(result, colour_));
  std::fflush(stderr);
}

}  // namespace ringside::harness
