// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/scenario_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "core/ids.hpp"
#include "core/policy.hpp"
#include "core/ring_mode.hpp"
#include "harness/run/fact_names.hpp"
#include "harness/run/process.hpp"
#include "harness/run/scenario_matrix.hpp"
#include "harness/run/scenario_steps.hpp"
#include "harness/run/suggest.hpp"
#include "harness/run/telemetry_check.hpp"
#include "harness/run/toml_reader.hpp"

namespace ringside::harness {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kMany = 1'000'000'000;

template <typename Range>
std::vector<std::string> names_of(const Range& values) {
  std::vector<std::string> names;
  for (const auto value : values) names.emplace_back(to_text(value));
  return names;
}

std::optional<unsigned> small(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<unsigned>(*value);
}

void read_ports(TomlContext& context, TomlTable& root, Scenario& scenario) {
  const toml::table* table = root.table("ports");
  if (table == nullptr) return;
  TomlTable ports(context, *table);
  if (const auto kind = ports.choice("kind", {"pcap", "ring", "null", "live"})) {
    scenario.ports = *parse_port_kind(*kind);
  }
  scenario.port_count = static_cast<unsigned>(ports.integer("count", 2, kMaxPorts).value_or(2));
  ports.finish();
}

void read_server(TomlContext& context, TomlTable& root, ServerOptions& server) {
  const toml::table* table = root.table("server");
  if (table == nullptr) return;
  TomlTable options(context, *table);
  server.policy = options.choice("policy", names_of(all_policies())).value_or(server.policy);
  server.ring_mode = options.choice("ring_mode", names_of(all_ring_modes())).value_or("");
  server.tx = options.choice("tx", {"return", "direct"}).value_or("");
  server.on_full = options.choice("on_full", {"drop", "wait"}).value_or(server.on_full);
  server.idle = options.choice("idle", {"spin", "yield", "adaptive"}).value_or("");
  server.ring_size = small(options.integer("ring_size", 1, kMany));
  server.burst = small(options.integer("burst", 1, 512));
  server.start_after = small(options.integer("start_after", 0, kMaxClients));
  server.max_frame = small(options.integer("max_frame", 64, 65535));
  server.drain_timeout = small(options.integer("drain_timeout", 0, 3600));
  server.lcores = small(options.integer("lcores", 1, 16)).value_or(1);
  server.extra = options.texts("extra");
  options.finish();
}

void read_client_options(TomlTable& table, ClientOptions& client) {
  client.mark = table.boolean("mark").value_or(client.mark);
  client.start = table.boolean("start").value_or(client.start);
  client.handler = table.text("handler").value_or(client.handler);
  client.idle = table.choice("idle", {"spin", "yield", "adaptive"}).value_or(client.idle);
  if (const auto burst = table.integer("burst", 1, 512)) {
    client.burst = static_cast<unsigned>(*burst);
  }
  if (table.has("extra")) client.extra = table.texts("extra");
}

void read_clients(TomlContext& context, TomlTable& root, Scenario& scenario) {
  ClientOptions common;
  const toml::table* table = root.table("clients");
  if (table == nullptr) {
    scenario.clients.push_back(common);
    return;
  }
  TomlTable clients(context, *table);
  scenario.client_slots =
      static_cast<unsigned>(clients.integer("count", 1, kMaxClients).value_or(1));
  read_client_options(clients, common);
  for (unsigned id = 0; id < scenario.client_slots; ++id) {
    ClientOptions client = common;
    client.id = id;
    if (const toml::table* own = clients.table(std::to_string(id))) {
      TomlTable options(context, *own);
      read_client_options(options, client);
      options.finish();
    }
    scenario.clients.push_back(std::move(client));
  }
  clients.finish();
}

DropExpectation read_drop(TomlContext& context, const toml::key& key, const toml::node& node) {
  DropExpectation drop;
  drop.key = std::string(key.str());
  if (!is_drop_key(drop.key, kMaxClients)) {
    context.fail(key.source(), fmt::format("no drop is called \"{}\"; they are PLACE.REASON or "
                                           "PLACE.REASON.CLIENT, like work_ring.ring_full.1",
                                           drop.key));
    return drop;
  }
  std::vector<std::uint64_t> bounds;
  if (const auto* range = node.as_array()) {
    for (const auto& bound : *range) {
      if (const auto* number = bound.as_integer(); number != nullptr && number->get() >= 0) {
        bounds.push_back(static_cast<std::uint64_t>(number->get()));
      }
    }
    if (bounds.size() != range->size()) bounds.clear();
  } else if (const auto* number = node.as_integer(); number != nullptr && number->get() >= 0) {
    bounds = {static_cast<std::uint64_t>(number->get())};
  }
  if (bounds.empty() || bounds.size() > 2) {
    context.fail(node.source(), "expected drops are a number, or [least, most]");
    return drop;
  }
  drop.min = bounds.front();
  drop.max = bounds.back();
  return drop;
}

void read_drops(TomlContext& context, TomlTable& table, Expectations& expectations) {
  const toml::node* node = table.node("drops");
  if (node == nullptr) return;
  if (const toml::table* drops = node->as_table()) {
    for (const auto& [key, value] : *drops) {
      expectations.drops->push_back(read_drop(context, key, value));
    }
  } else if (scalar_text(context, *node) == "any") {
    expectations.drops.reset();
  } else {
    table.fail("drops", "drops is \"any\" or a table like {\"work_ring.ring_full.1\" = 245}");
  }
}

void read_recovery(TomlContext& context, TomlTable& expect, RecoveryBounds& bounds) {
  const toml::table* table = expect.table("recovery");
  if (table == nullptr) return;
  TomlTable recovery(context, *table);
  bounds.detect_ms = recovery.real("detect_ms", 0);
  bounds.detect_median_ms = recovery.real("detect_median_ms", 0);
  bounds.flow_again_ms = recovery.real("flow_again_ms", 0);
  bounds.pause_ms = recovery.real("pause_ms", 0);
  bounds.first_packet_ms = recovery.real("first_packet_ms", 0);
  bounds.moved_excess = recovery.real("moved_excess", 0);
  bounds.moved_beyond_share = recovery.real("moved_beyond_share", 0);
  bounds.restart_ms = recovery.real("restart_ms", 0);
  bounds.server_death_ms = recovery.real("server_death_ms", 0);
  recovery.finish();
}

ExpectedEnd read_end(TomlContext& context, const toml::node& node) {
  const std::string text = scalar_text(context, node).value_or("");
  for (int signal = 1; signal < 32; ++signal) {
    if (signal_name(signal) == text) return {-1, signal};
  }
  const auto* number = node.as_integer();
  if (number == nullptr || number->get() < 0 || number->get() > 255) {
    context.fail(node.source(), "an expected end is an exit code or a signal like \"SIGKILL\"");
    return {};
  }
  return {static_cast<int>(number->get()), 0};
}

void read_expect(TomlContext& context, TomlTable& root, Scenario& scenario) {
  const toml::table* table = root.table("expect");
  if (table == nullptr) return;
  TomlTable expect(context, *table);
  Expectations& e = scenario.expectations;
  e.packets = expect.boolean("packets").value_or(e.packets);
  e.all_received = expect.boolean("all_received").value_or(e.all_received);
  e.false_alarm_rate = expect.real("false_alarm_rate", 0).value_or(e.false_alarm_rate);
  e.round_robin_spread =
      static_cast<std::uint64_t>(expect.integer("round_robin_spread", 0, kMany).value_or(1));
  for (const auto count : expect.integers("packets_per_client", 0, kMany)) {
    e.packets_per_client.push_back(static_cast<std::uint64_t>(count));
  }
  read_drops(context, expect, e);
  read_recovery(context, expect, e.recovery);
  scenario.checks = expect.texts("checks");
  std::vector<std::string> known{kTelemetryCheck};
  for (const auto& check : all_checks()) known.emplace_back(check.name);
  for (const auto& name : scenario.checks) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      expect.fail("checks",
                  fmt::format("there is no check \"{}\"{}", name, did_you_mean(name, known)));
    }
  }
  if (const toml::table* exits = expect.table("exits")) {
    for (const auto& [key, value] : *exits) {
      const auto target = parse_target(key.str());
      if (!target ||
          (target->kind == Target::Kind::kClient && target->number >= scenario.client_slots)) {
        context.fail(key.source(), fmt::format("there is no program \"{}\"", key.str()));
      }
      scenario.exits[std::string(key.str())] = read_end(context, value);
    }
  }
  expect.finish();
}

/// [tagged]: a tag for those combinations that match, `smoke = {clients = 2, ports = "ring"}`.
void read_extra_tags(TomlContext& context, TomlTable& root, const Combination& combination,
                     Scenario& scenario) {
  const toml::table* tagged = root.table("tagged");
  if (tagged == nullptr) return;
  for (const auto& [key, value] : *tagged) {
    const toml::table* selector = value.as_table();
    if (selector == nullptr) {
      context.fail(value.source(), "[tagged] has tables, like smoke = {clients = 2}");
    } else if (matches(context, *selector, combination)) {
      scenario.tags.emplace_back(key.str());
    }
  }
}

/// Steps that a port kind cannot play are refused here, not found out while playing.
void check_steps_fit(TomlContext& context, const toml::table& document, const Scenario& scenario) {
  for (const auto& step : scenario.steps) {
    const bool from_files = scenario.ports == PortKind::kPcap;
    const bool touches_programs = step.verb == Verb::kPause || step.verb == Verb::kResume ||
                                  step.verb == Verb::kKill || step.verb == Verb::kStart;
    std::string reason;
    if (step.verb == Verb::kRestartServer && scenario.ports != PortKind::kRing) {
      reason = "only ring ports can be handed to the next server";
    } else if (from_files && touches_programs) {
      reason = "pcap ports give all packets at once, so nothing can be timed against them";
    } else if (scenario.ports == PortKind::kNull && step.verb == Verb::kSend) {
      reason = "null ports feed themselves";
    } else if (scenario.ports != PortKind::kRing && (step.target.kind == Target::Kind::kWire ||
                                                     step.target.kind == Target::Kind::kWirePort)) {
      reason = "only ring ports have a wire";
    } else if (from_files && step.pace.kind != Pace::Kind::kAsap) {
      reason = "pcap ports have no pace";
    }
    if (reason.empty()) continue;
    toml::source_region where = document.source();
    where.begin = {step.line, 1};
    context.fail(where, fmt::format("step \"{}\": {}; use ring ports", step.text, reason));
  }
}

bool needs_server(const Step& step) {
  switch (step.verb) {
    case Verb::kPause:
    case Verb::kResume:
    case Verb::kKill:
    case Verb::kStop:
      return step.target.kind == Target::Kind::kServer || step.after_packets != 0;
    default:
      return true;
  }
}

/// What is to be done with a server that has ended is refused here, too.
void check_steps_have_a_server(TomlContext& context, const toml::table& document,
                               const Scenario& scenario) {
  const auto end = std::find_if(scenario.steps.begin(), scenario.steps.end(), ends_server);
  if (end == scenario.steps.end()) return;
  const auto orphan = std::find_if(std::next(end), scenario.steps.end(), needs_server);
  if (orphan == scenario.steps.end()) return;
  toml::source_region where = document.source();
  where.begin = {orphan->line, 1};
  context.fail(where, fmt::format("step \"{}\": there is no server any more after \"{}\"; "
                                  "restart-server goes on with the next one",
                                  orphan->text, end->text));
}

Scenario read_scenario(TomlContext& context, const toml::table& document,
                       const Combination& combination, const std::string& capture_dir) {
  Scenario scenario;
  scenario.file = context.file;
  scenario.name = fs::path(context.file).stem();
  context.variables.clear();
  for (const auto& [name, value] : combination) {
    context.variables[name] = value;
    scenario.name += "/" + value;
  }
  TomlTable root(context, document);
  root.node("matrix");
  root.node("exclude");
  scenario.description = root.text("description").value_or("");
  scenario.tags = root.texts("tags");
  scenario.requirements = root.texts("requires");
  for (const auto& word : scenario.requirements) {
    if (word != "root" && word != "live" && word != "hugepages") {
      root.fail("requires", fmt::format("requires has root, live and hugepages, not \"{}\"", word));
    }
  }
  scenario.timeout_s = root.real("timeout", 0.1).value_or(scenario.timeout_s);
  read_ports(context, root, scenario);
  read_server(context, root, scenario.server);
  read_clients(context, root, scenario);
  const fs::path directory = fs::path(context.file).parent_path();
  read_steps(context, root, {capture_dir, directory.empty() ? "." : directory.string()}, scenario);
  read_expect(context, root, scenario);
  read_extra_tags(context, root, combination, scenario);
  root.finish();
  check_steps_fit(context, document, scenario);
  check_steps_have_a_server(context, document, scenario);
  return scenario;
}

}  // namespace

std::vector<std::string> capture_names(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().extension() == ".pcap") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<Scenario>> load_scenarios(const std::string& file,
                                             const std::string& capture_dir) {
  const auto document = parse_toml(file);
  if (!document) return document.error();
  TomlContext context{file, {}, std::nullopt, std::nullopt};
  TomlTable root(context, *document);
  const auto combinations = read_matrix(context, root, capture_names(capture_dir));
  std::vector<Scenario> scenarios;
  for (const auto& combination : combinations) {
    if (context.verdict()) break;
    scenarios.push_back(read_scenario(context, *document, combination, capture_dir));
  }
  if (const auto error = context.verdict()) return *error;
  return scenarios;
}

Result<std::vector<Scenario>> load_scenario_directory(const std::string& directory,
                                                      const std::string& capture_dir) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  if (error) {
    return environment_error(
        fmt::format("no scenarios in {}: {}; name the place with "
                    "--scenario-dir DIR",
                    directory, error.message()));
  }
  std::sort(files.begin(), files.end());
  std::vector<Scenario> all;
  for (const auto& file : files) {
    auto scenarios = load_scenarios(file, capture_dir);
    if (!scenarios) return scenarios.error();
    std::move(scenarios->begin(), scenarios->end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace ringside::harness
