// SPDX-License-Identifier: BSD-3-Clause
#include "wire/options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace ringside::wire {
namespace {

constexpr double kLongestWait = 86'400;

Result<std::chrono::nanoseconds> parse_seconds(const std::string& text) {
  double seconds = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, seconds);
  if (text.empty() || code != std::errc() || stop != end ||
      !(seconds >= 0 && seconds <= kLongestWait)) {
    return Error{fmt::format("--wait takes seconds from 0 to {}, not '{}'", kLongestWait, text)};
  }
  return std::chrono::nanoseconds(std::llround(seconds * 1e9));
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    std::string value;
    if (argument == "-h" || argument == "--help") {
      options.help = true;
      continue;
    }
    if (argument == "--wait") {
      if (++i == arguments.size()) return Error{"--wait needs a number of seconds"};
      value = arguments[i];
    } else if (argument.rfind("--wait=", 0) == 0) {
      value = argument.substr(7);
    } else {
      return Error{fmt::format("unknown option '{}'; see mp_wire -- --help", argument)};
    }
    Result<std::chrono::nanoseconds> wait = parse_seconds(value);
    if (!wait) return wait.error();
    options.wait = *wait;
  }
  return options;
}

const char* usage() {
  return
      R"(mp_wire: the far end of an mp_server's ring ports (--ring-port): sends captures, keeps what comes out.

  mp_wire --proc-type=secondary --no-huge --lcores 100@0 -- [--wait S]
  mp_wire [EAL options] --proc-type=secondary -- [options]

Options:
  --wait S    how long to wait for the server, in seconds (10)
  -h, --help  this text

Reads one JSON object per line on standard input and answers each on standard output:
  {"cmd":"load","file":"a.pcap","as":"a"}
  {"cmd":"capture","port":1,"file":"out.pcap"}
  {"cmd":"send","port":0,"capture":"a","pace":"rate","rate":10000}
  {"cmd":"report"}
  {"cmd":"quit"}
All of it: docs/interfaces.md.
)";
}

}  // namespace ringside::wire
