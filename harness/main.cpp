// SPDX-License-Identifier: BSD-3-Clause
// The ringside program: finds the subcommand, reads its options, runs it, turns what came of it
// into an exit code.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <optional>
#include <span>

#include "core/program.hpp"
#include "harness/cli/command_group.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/suggest.hpp"

namespace {

using namespace ringside;           // NOLINT: main
using namespace ringside::harness;  // NOLINT: main

constexpr CommandRow kCommands[] = {
    {"run", "Play scenarios and check what came out.", make_run_command},
    {"replay", "Send captures of yours through server and clients.", make_replay_command},
    {"up", "Run a server and clients, and bring back a client that crashes, until Ctrl-C.",
     make_up_command},
    {"list", "List scenarios.", make_list_command},
    {"explain", "Say which client gets a packet, and why.", make_explain_command},
    {"bench", "Measure.", make_bench_command},
    {"perf", "Say whether one build is slower than another.", make_perf_command},
};

struct Examples {
  const char* command;
  const char* text;
};

constexpr Examples kExamples[] = {
    {"run",
     "Examples:\n"
     "  ringside run                                   all of them\n"
     "  ringside run --tag smoke                       the quick ones\n"
     "  ringside run flow-hash-affinity 'paused-*'     by name\n"
     "  ringside run my.toml --keep-artifacts all      a file of your own\n"
     "  ringside run --junit out.xml --shard 1/4       in CI\n"
     "  ringside run paused-client --wrap client0='gdb --args'\n"},
    {"replay",
     "Examples:\n"
     "  ringside replay a.pcap --clients 3 --policy flow-hash\n"
     "  ringside replay a.pcap b.pcap --rate 10000 --capture out/\n"
     "  ringside replay a.pcap --speed 2 --on-full drop --ring-size 256\n"
     "  ringside replay a.pcap --ports pcap --json -\n"},
    {"up",
     "Examples:\n"
     "  ringside up --clients 3                              on null ports: as fast as it goes\n"
     "  ringside up a.pcap --rate 10000 --loops 100          your packets, by mp_wire\n"
     "  ringside up --clients 4 --policy flow-hash -- -a 0000:03:00.0 -a 0000:03:00.1\n"
     "  ringside up --file-prefix lab -- --vdev net_pcap0,rx_iface_in=eth1,tx_iface=eth1 \\\n"
     "              --vdev net_pcap1,rx_iface_in=eth2,tx_iface=eth2\n\n"
     "After -- stand EAL options that all processes get (--vdev: the server alone). A client that\n"
     "ends by a signal or an error is started again under the same id, at once the first time, "
     "then\n"
     "after pauses that double up to 10 s; one that ends with exit code 0 stays away. Ctrl-C ends\n"
     "all, and then it is said how often each client was started again; a second one ends a "
     "server\n"
     "that still waits for packets. Exit code: 0 after Ctrl-C,\n"
     "else what the server or the wire ended with (1: by a signal), 2 when a command line is "
     "wrong.\n"},
    {"list",
     "Examples:\n"
     "  ringside list\n"
     "  ringside list --tag smoke --json\n"},
    {"explain",
     "Examples:\n"
     "  ringside explain --clients 3 --policy flow-hash a.pcap --packet 17\n"
     "  ringside explain --clients 3 --policy flow-hash --flow 'tcp 10.0.0.1:1234 > "
     "10.0.0.2:80'\n"},
    {"bench",
     "Examples:\n"
     "  ringside bench forward --quick                      does it work here\n"
     "  ringside bench forward --clients 1,2 --rounds 9     against the classic method\n"
     "  ringside bench ring --quick                         rte_ring, a few cases\n"
     "  ringside bench ring --filter 'sp-sc/size:.*/bulk'   any of 8000 cases\n"
     "  ringside bench forward --help                       options of a benchmark\n"},
    {"perf",
     "Examples:\n"
     "  ringside perf ab --base main                   HEAD against main, both built now\n"
     "  ringside perf ab --base v1.0 --head-build build --markdown -\n"
     "  ringside perf ab --base-build old --head-build new --only dispatch --threshold 3%\n\n"
     "The builds run in turns on one CPU; a benchmark is worse when that is certain enough, twice. "
     "\nExit code 3: at least one is.\n"},
};

constexpr const char* kIntroduction =
    "Sends packets through a DPDK server and its clients and accounts for every one.\n\n"
    "Examples:\n"
    "  ringside run --tag smoke                    play the quick scenarios\n"
    "  ringside replay my.pcap --clients 3         send a capture of yours\n"
    "  ringside list                               see what there is\n"
    "  ringside bench forward --quick              measure how fast packets are forwarded\n"
    "  ringside perf ab --base main                see whether a change made it slower\n"
    "  ringside run --help                         options of a command\n";

/// Shows the examples of a subcommand above its options, and not in the list of all.
class ExamplesFirst : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override {
    for (const auto& [command, text] : kExamples) {
      if (app->get_name() == command)
        return fmt::format("{}\n\n{}\n", app->get_description(), text);
    }
    return CLI::Formatter::make_description(app);
  }
};

int fail(const Error& error) {
  fmt::print(stderr, "ringside: error: {}\n", error.message);
  return static_cast<int>(error.code);
}

/// What was printed may still lie in a buffer: only after a flush it is known whether it got out.
/// A code that says something already is kept.
int after_output(int code) {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  const std::string reason = flushed ? "" : fmt::format(": {}", std::strerror(errno));
  if (flushed && std::ferror(stdout) == 0 && std::cout.good()) return code;
  const int failed = fail(environment_error("standard output cannot be written" + reason));
  return code == static_cast<int>(ExitCode::kOk) ? failed : code;
}

/// CLI11's words, and the option that was perhaps meant.
std::string usage_sentence(const CLI::App& app, const CLI::ParseError& error) {
  std::string sentence = error.what();
  const auto at = sentence.rfind("--");
  const auto commands = app.get_subcommands();
  if (at == std::string::npos || commands.empty()) return sentence;
  std::vector<std::string> names;
  for (const auto* option : commands.front()->get_options()) names.push_back(option->get_name());
  const std::string word = sentence.substr(at, sentence.find_first_of(" =:", at) - at);
  const bool known = std::find(names.begin(), names.end(), word) != names.end();
  return known ? sentence : sentence + did_you_mean(word, names);
}

/// CLI11 says of a word that is no subcommand, and of none, only that it wants one. `words` are
/// what stands behind the name of `app`.
std::optional<Error> unknown_command(const CLI::App& app, std::span<const std::string> words) {
  const auto commands = app.get_subcommands({});
  if (commands.empty() || (!words.empty() && words[0].starts_with('-'))) return std::nullopt;
  std::vector<std::string> names;
  for (const auto* command : commands) names.push_back(command->get_name());
  const std::string all = fmt::format("the commands are {}", fmt::join(names, ", "));
  if (words.empty()) return Error{fmt::format("say what {} is to do: {}", app.get_name(), all)};
  const auto at = std::ranges::find(names, words[0]);
  if (at != names.end()) return unknown_command(*commands[at - names.begin()], words.subspan(1));
  const std::string meant = did_you_mean(words[0], names);
  return Error{
      fmt::format("there is no command \"{}\"{}", words[0], meant.empty() ? "; " + all : meant)};
}

/// Takes away "--" and what follows: CLI11 2.1 loses it on subcommands.
std::vector<std::string> split_rest(std::vector<std::string>& words) {
  const auto at = std::find(words.begin(), words.end(), "--");
  if (at == words.end()) return {};
  std::vector<std::string> rest(at + 1, words.end());
  words.erase(at, words.end());
  return rest;
}

int run(std::vector<std::string> words) {
  CLI::App app(kIntroduction, "ringside");
  app.set_version_flag("--version", std::string("ringside ") + RINGSIDE_VERSION);
  app.formatter(std::make_shared<ExamplesFirst>());
  bool verbose = false;
  CommandGroup commands(kCommands);
  commands.declare(app);
  for (CLI::App* command : app.get_subcommands({})) {
    command->add_flag("-v,--verbose", verbose, "say what is being done");
  }
  if (const auto unknown = unknown_command(app, words)) return fail(*unknown);
  const std::vector<std::string> rest = split_rest(words);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(words);
  } catch (const CLI::Success& request) {
    return app.exit(request);  // --help and --version
  } catch (const CLI::ParseError& error) {
    return fail(Error{usage_sentence(app, error)});
  }
  spdlog::set_level(verbose ? spdlog::level::debug : spdlog::level::warn);
  const Result<ExitCode> code = commands.run(rest);
  return code ? static_cast<int>(*code) : fail(code.error());
}

}  // namespace

int main(int argc, char** argv) {
  hold_standard_streams();
  install_interrupt_handlers();
  try {
    spdlog::set_default_logger(spdlog::stderr_color_mt("ringside"));
    spdlog::set_pattern("%H:%M:%S.%e %n: %v");
    return after_output(run({argv + 1, argv + argc}));
  } catch (const std::exception& defect) {
    return fail(Error{fmt::format("internal: {}", defect.what()), ExitCode::kInternal});
  }
}
