// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/common_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>

#include "core/output_file.hpp"
#include "harness/run/command_lines.hpp"
#include "harness/run/cpu_plan.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/posix_process.hpp"
#include "harness/run/scenario.hpp"
#include "host/affinity.hpp"

namespace ringside::harness {
namespace {

// One reply of a server that is alive; a server that is stopped is found out by what waits.
constexpr Duration kTelemetryPatience = std::chrono::seconds(1);

Duration from_seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

Status add_wrap(const std::string& text, PlayContext& context) {
  const auto equals = text.find('=');
  const auto target = parse_target(text.substr(0, equals));
  const bool is_program =
      target && (target->kind == Target::Kind::kServer || target->kind == Target::Kind::kClient ||
                 target->kind == Target::Kind::kWire);
  if (equals == std::string::npos || !is_program) {
    return Error{
        fmt::format("--wrap is PROGRAM=TOOL with PROGRAM one of server, client0, client1, ..., "
                    "wire; not \"{}\"",
                    text)};
  }
  auto words = split_words(text.substr(equals + 1));
  if (!words) return words.error();
  if (words->empty()) return Error{fmt::format("--wrap {}: no tool is given", text)};
  context.wraps[to_string(*target)] = std::move(*words);
  return Done{};
}

}  // namespace

/// As seconds, 32 years: as many nanoseconds as there is room for.
constexpr double kLargestNumber = 1e9;

std::string positive_number(const std::string& text) {
  double number = 0;
  const bool read = CLI::detail::lexical_cast(text, number);
  if (read && number > 0 && number <= kLargestNumber) return "";
  return fmt::format("\"{}\" is no number above 0 and up to a thousand million", text);
}

void declare_common_options(CLI::App& app, CommonOptions& options) {
  app.add_option("--memory", options.memory, "auto, hugepages or no-huge (auto)");
  app.add_option("--bin-dir", options.programs.bin_dir,
                 "directory of the mp_server, mp_client and mp_wire to test");
  app.add_option("--server", options.programs.server, "the server to test");
  app.add_option("--client", options.programs.client, "the client to test");
  app.add_option("--wire", options.programs.wire, "the wire to test with");
  app.add_option("--wrap", options.wraps,
                 "run one program under a tool, its terminal handed over: client0='gdb --args'")
      ->take_all();
  app.add_option("--timeout", options.timeout_s,
                 "seconds for the start, the steps and the end of a scenario, each")
      ->check(positive_number);
  app.add_option("--patience", options.patience_s,
                 "seconds without any progress after which waiting ends (10)")
      ->check(positive_number);
  app.add_option("--color", options.colour, "auto, always or never (auto)")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_option("--json", options.json, "write the whole result to a file, - for standard output");
}

Result<PlayContext> make_context(const CommonOptions& options) {
  PlayContext context;
  auto programs = find_programs(options.programs, executable_directory());
  if (!programs) return programs.error();
  context.programs = std::move(*programs);
  const auto memory = parse_memory_mode(options.memory);
  if (!memory) return memory.error();
  context.memory = *memory;
  context.cpus = host::allowed_cpus();
  for (const auto& wrap : options.wraps) {
    const Status added = add_wrap(wrap, context);
    if (!added) return added.error();
  }
  context.patience.unlimited = !context.wraps.empty();
  context.patience.stall = from_seconds(options.patience_s);
  if (options.timeout_s > 0) {
    const Duration timeout = from_seconds(options.timeout_s);
    context.timeout_s = options.timeout_s;
    context.patience.start = std::min(context.patience.start, timeout);
    context.patience.stop = std::min(context.patience.stop, timeout);
  }
  return context;
}

Status check_wraps(const PlayContext& context, const std::vector<Scenario>& scenarios) {
  unsigned clients = 0;
  bool wire = false;
  for (const auto& scenario : scenarios) {
    clients = std::max(clients, scenario.client_slots);
    wire = wire || scenario.ports == PortKind::kRing;
  }
  std::vector<std::string> names{"server"};
  for (unsigned id = 0; id < clients; ++id) names.push_back(client_name(id));
  if (wire) names.push_back("wire");
  for (const auto& wrap : context.wraps) {
    if (std::find(names.begin(), names.end(), wrap.first) != names.end()) continue;
    return Error{fmt::format("--wrap {}: no such program runs here; there are {}", wrap.first,
                             fmt::join(names, ", "))};
  }
  return Done{};
}

std::vector<std::string> words_of(const CommonOptions& options) {
  std::vector<std::string> words;
  const auto add = [&](const char* name, const std::string& value, const std::string& usual) {
    if (value != usual) words.insert(words.end(), {name, value});
  };
  add("--memory", options.memory, "auto");
  add("--bin-dir", options.programs.bin_dir, "");
  add("--server", options.programs.server, "");
  add("--client", options.programs.client, "");
  add("--wire", options.programs.wire, "");
  if (options.timeout_s > 0) add("--timeout", fmt::format("{}", options.timeout_s), "");
  return words;
}

Status check_outputs(const CommonOptions& options) {
  if (options.json.empty() || options.json == "-") return Done{};
  return check_output_file("--json", options.json);
}

Status write_output(const std::string& file, const std::string& text) {
  if (file == "-") {
    std::cout << text;
    return Done{};
  }
  return write_output_file(file, text);
}

World real_world() {
  static SteadyClock clock;
  static PosixLauncher launcher;
  return World{clock, launcher, interrupt_flag(), [](const std::string& path) {
                 return std::make_unique<TelemetrySocket>(path, kTelemetryPatience);
               }};
}

}  // namespace ringside::harness
