// SPDX-License-Identifier: BSD-3-Clause
#include "core/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>

namespace ringside {
namespace {

bool mentions(const SplitArgs& args, std::initializer_list<std::string_view> words) {
  const auto wanted = [&](const std::string& arg) {
    return std::find(words.begin(), words.end(), arg) != words.end();
  };
  return std::any_of(args.eal.begin(), args.eal.end(), wanted) ||
         std::any_of(args.application.begin(), args.application.end(), wanted);
}

}  // namespace

void hold_standard_streams() {
  constexpr int kStandardError = 2;
  for (;;) {
    std::FILE* const null = std::fopen("/dev/null", "r+e");  // stays open where it is needed
    if (null == nullptr) return;
    if (::fileno(null) > kStandardError) {
      std::fclose(null);
      return;
    }
  }
}

bool asks_for_help(const SplitArgs& args) {
  return mentions(args, {"--help", "-h"});
}
bool asks_for_version(const SplitArgs& args) {
  return mentions(args, {"--version"});
}

int print_text(const std::string& text) {
  fmt::print("{}", text);
  return 0;
}

int print_version(const char* program) {
  fmt::print("{} {}\n", program, RINGSIDE_VERSION);
  return 0;
}

int exit_code(const char* program, const Status& status) {
  if (status) return 0;
  std::fflush(stdout);
  fmt::print(stderr, "{}: error: {}\n", program, status.error().message);
  return static_cast<int>(status.error().code);
}

}  // namespace ringside
