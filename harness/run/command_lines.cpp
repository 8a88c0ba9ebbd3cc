// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/command_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/burst.hpp"
#include "core/event_log.hpp"
#include "core/parse_duration.hpp"
#include "core/sizing.hpp"

namespace ringside::harness {
namespace {

// EAL tells a page about the machine at every start; its errors are what a failure needs.
constexpr const char* kQuietEal = "--log-level=lib.eal:error";

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

template <typename T>
void add_option(Words& words, const char* option, const std::optional<T>& value) {
  if (value) append(words, {option, fmt::format("{}", *value)});
}

void add_option(Words& words, const char* option, const std::string& value) {
  if (!value.empty()) append(words, {option, value});
}

/// The words to put a program under (--wrap), and its path.
Words program(const LaunchPlan& plan, const std::string& name, const std::string& path) {
  Words words;
  if (const auto wrap = plan.wraps.find(name); wrap != plan.wraps.end()) words = wrap->second;
  words.push_back(path);
  return words;
}

Words secondary(const LaunchPlan& plan, const std::string& name, const std::string& path,
                const std::string& lcores) {
  Words words = program(plan, name, path);
  append(words, {"--lcores", lcores});
  append(words, secondary_memory_args(plan.memory));
  append(words,
         {"--no-pci", kQuietEal, "--proc-type=secondary", "--file-prefix=" + plan.prefix, "--"});
  return words;
}

/// A client killed and replaced is three events; the rest is for those that a busy machine makes
/// suspects.
constexpr std::size_t kEventsPerKill = 16;

/// How many events the server is to keep so that the checks see them all; nothing when it does so
/// by itself.
std::optional<std::size_t> events_to_keep(const Scenario& scenario) {
  std::size_t kills = 0;
  for (const Step& step : scenario.steps) kills += step.kills;
  const std::size_t events = std::min(kills * kEventsPerKill, EventLog::kMostRoom);
  return events > EventLog::kRoom ? std::optional(events) : std::nullopt;
}

}  // namespace

std::string input_file(unsigned port) {
  return fmt::format("in{}.pcap", port);
}

std::string output_file(unsigned port) {
  return fmt::format("out{}.pcap", port);
}

std::string client_name(unsigned client) {
  return fmt::format("client{}", client);
}

std::string vdev_argument(PortKind kind, unsigned port) {
  if (kind == PortKind::kNull) return fmt::format("net_null{}", port);
  return fmt::format("net_pcap{},rx_pcap={},tx_pcap={}", port, input_file(port), output_file(port));
}

Duration drain_timeout(const ServerOptions& server) {
  constexpr std::string_view kOption = "--drain-timeout";
  Duration timeout = std::chrono::seconds(server.drain_timeout.value_or(5));
  for (std::size_t i = 0; i < server.extra.size(); ++i) {
    const std::string_view word = server.extra[i];
    std::string_view value;
    if (word == kOption && i + 1 < server.extra.size()) value = server.extra[i + 1];
    if (word.starts_with("--drain-timeout=")) value = word.substr(kOption.size() + 1);
    timeout = parse_duration(value).value_or(timeout);  // wrong ones the server refuses
  }
  return timeout;
}

unsigned start_after(const Scenario& scenario) {
  if (scenario.server.start_after) return *scenario.server.start_after;
  const auto count = std::count_if(scenario.clients.begin(), scenario.clients.end(),
                                   [](const ClientOptions& client) { return client.start; });
  return std::max(1u, static_cast<unsigned>(count));
}

std::vector<std::string> server_command(const Scenario& scenario, const LaunchPlan& plan) {
  Words words = program(plan, "server", plan.programs.server);
  append(words, {"--lcores", plan.cpus.server()});
  append(words, primary_memory_args(plan.memory));
  append(words, {"--no-pci", kQuietEal, "--file-prefix=" + plan.prefix});
  for (const auto& vdev : plan.vdevs) append(words, {"--vdev", vdev});
  const auto mask = (std::uint64_t{1} << scenario.port_count) - 1;
  append(words,
         {"--", "-p", fmt::format("{:#x}", mask), "-n", std::to_string(scenario.client_slots)});
  if (scenario.ports == PortKind::kRing) {
    for (unsigned port = 0; port < scenario.port_count; ++port) {
      append(words, {"--ring-port", fmt::format("wire{}", port)});
    }
  }
  const ServerOptions& server = scenario.server;
  add_option(words, "--policy", server.policy);
  add_option(words, "--ring-size", server.ring_size);
  add_option(words, "--ring-mode", server.ring_mode);
  add_option(words, "--tx", server.tx);
  add_option(words, "--on-full", server.on_full);
  add_option(words, "--idle", server.idle);
  add_option(words, "--burst", server.burst);
  add_option(words, "--drain-timeout", server.drain_timeout);
  append(words, {"--start-after", std::to_string(start_after(scenario))});
  append(words, {"--max-frame", std::to_string(plan.max_frame), "--stats-file", kStatsFile});
  add_option(words, "--keep-events", events_to_keep(scenario));
  append(words, server.extra);
  return words;
}

std::vector<std::string> client_command(const ClientOptions& client, const LaunchPlan& plan) {
  Words words =
      secondary(plan, client_name(client.id), plan.programs.client, plan.cpus.client(client.id));
  append(words, {"-n", std::to_string(client.id)});
  if (client.mark) append(words, {"--mark", "mac"});
  add_option(words, "--handler", client.handler);
  add_option(words, "--idle", client.idle);
  add_option(words, "--burst", client.burst);
  append(words, client.extra);
  return words;
}

std::vector<std::string> wire_command(const LaunchPlan& plan) {
  return secondary(plan, "wire", plan.programs.wire, plan.cpus.wire());
}

unsigned needed_megabytes(const Scenario& scenario, unsigned max_frame, bool hugepages,
                          unsigned looped) {
  SizingInput input;
  input.clients = scenario.client_slots;
  input.ring_size = scenario.server.ring_size.value_or(input.ring_size);
  input.ports = scenario.port_count;
  input.direct = scenario.server.tx == "direct";
  input.tx_queues = input.direct ? scenario.client_slots : 1;
  input.burst = scenario.server.burst.value_or(default_burst(input.ring_size));
  input.server_lcores = scenario.server.lcores;
  input.max_frame = max_frame;
  input.preloaded = looped;
  input.wire_ports = scenario.ports == PortKind::kRing ? scenario.port_count : 0;
  return memory_megabytes(input, hugepages ? kPage2M : kPage4k);
}

}  // namespace ringside::harness
