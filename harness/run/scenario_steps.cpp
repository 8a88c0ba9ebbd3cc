// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/scenario_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>

#include "core/slot_state.hpp"
#include "harness/run/fact_names.hpp"
#include "harness/run/process.hpp"
#include "harness/run/scenario_file.hpp"
#include "harness/run/suggest.hpp"

namespace ringside::harness {
namespace fs = std::filesystem;
namespace {

constexpr auto kVerbs = std::to_array<std::pair<Verb, std::string_view>>({
    {Verb::kSend, "send"},
    {Verb::kAwait, "await"},
    {Verb::kAwait, "await-state"},
    {Verb::kCheck, "check"},
    {Verb::kPause, "pause"},
    {Verb::kResume, "resume"},
    {Verb::kResume, "continue"},
    {Verb::kKill, "kill"},
    {Verb::kStart, "start"},
    {Verb::kStop, "stop"},
    {Verb::kChurn, "churn"},
    {Verb::kCrash, "crash"},
    {Verb::kRestartServer, "restart-server"},
});

constexpr const char* kAllCaptures = "*";

/// By default, which cannot be changed for SIGSTOP.
bool ends_programs(int signal) {
  constexpr std::array kOthers{SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU,
                               SIGCONT, SIGCHLD, SIGURG,  SIGWINCH};
  return std::ranges::find(kOthers, signal) == kOthers.end();
}

/// What such a step can be about, by an example of each kind; clients are always among it.
std::vector<std::string> targets_of(Verb verb) {
  switch (verb) {
    case Verb::kAwait:  // of a state, for which there are words of its own
      return {"server", "wire", "wire.port0", "sends"};
    case Verb::kPause:
    case Verb::kResume:
      return {"server", "wire", "wire.port0"};
    case Verb::kKill:
      return {"server", "wire"};
    case Verb::kStop:
      return {"server", "sends"};
    default:
      return {};
  }
}

/// The one step reader: a table, what is being filled in, and what there is.
struct StepReader {
  TomlContext& context;
  TomlTable table;
  const CapturePlaces& places;
  const Scenario& scenario;
  const std::string& capture;  ///< this one of all captures, for {send = "*"}
  Step step;

  void read();
  void read_send();
  void read_condition(std::string_view verb);
  void read_target(std::string_view verb);
  void read_await_state();
  void read_kill();
  void read_moment();
  void read_restart();
  void read_verb(std::string_view name);
  std::string find_capture(const std::string& name);
};

std::string StepReader::find_capture(const std::string& name) {
  const bool by_name =
      name.find('/') == std::string::npos && !name.ends_with(".pcap") && !name.ends_with(".pcapng");
  const fs::path path =
      by_name ? fs::path(places.by_name) / (name + ".pcap") : fs::path(places.relative) / name;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    table.fail("send", fmt::format("there is no capture {}{}", path.lexically_normal().string(),
                                   did_you_mean(name, capture_names(places.by_name))));
  }
  return fs::absolute(path).lexically_normal();
}

void StepReader::read_send() {
  const std::string given = table.text("send").value_or("");
  const std::string& name = given == kAllCaptures ? capture : given;
  step.capture = find_capture(name);
  step.port = static_cast<unsigned>(
      table.integer("port", 0, static_cast<int>(scenario.port_count) - 1).value_or(0));
  step.count = static_cast<std::uint64_t>(table.integer("count", 1, 1'000'000'000).value_or(0));
  step.loops = static_cast<std::uint64_t>(table.integer("loops", 1, 1'000'000).value_or(1));
  if (const auto rate = table.real("rate", 1)) step.pace = {Pace::Kind::kRate, *rate, 1};
  if (const auto speed = table.real("speed", 1e-6)) step.pace = {Pace::Kind::kTiming, 0, *speed};
  step.background = table.boolean("background").value_or(false);
  const std::string amount = step.count != 0   ? fmt::format("{} packets of ", step.count)
                             : step.loops != 1 ? fmt::format("{} times ", step.loops)
                                               : "";
  const std::string pace = step.pace.kind == Pace::Kind::kRate
                               ? fmt::format(" at {} packets/s", step.pace.rate)
                           : step.pace.kind == Pace::Kind::kTiming
                               ? fmt::format(" at {} times its own speed", step.pace.speedup)
                               : "";
  step.text = fmt::format("send {}{} into port {}{}{}", amount, name, step.port, pace,
                          step.background ? ", in the background" : "");
}

void StepReader::read_condition(std::string_view verb) {
  const std::string text = table.text(verb).value_or("");
  auto condition = Condition::parse(text == "quiet" ? kQuiet : text);
  if (!condition) {
    table.fail(verb, condition.error().message);
    return;
  }
  for (const std::string& name : condition->names()) {
    if (is_fact_name(name, scenario)) continue;
    table.fail(verb, fmt::format("nothing is called \"{}\" here", name));
    return;
  }
  step.condition = std::move(*condition);
  step.text = fmt::format("{} {}", verb, text);
}

void StepReader::read_target(std::string_view verb) {
  const std::string text = table.text(verb).value_or("");
  const auto target = parse_target(text);
  std::vector<std::string> names = targets_of(step.verb);
  for (unsigned i = 0; i < scenario.client_slots; ++i) names.push_back(fmt::format("client{}", i));
  const bool is_client = target && target->kind == Target::Kind::kClient;
  const bool fits = target && std::ranges::any_of(names, [&](const std::string& name) {
                      return is_client ? name == text : parse_target(name)->kind == target->kind;
                    });
  if (!fits) {
    const std::string hint = did_you_mean(text, names);
    table.fail(
        verb,
        fmt::format("there is no \"{}\" to {}{}", text, verb,
                    !hint.empty() ? hint : fmt::format("; there is {}", fmt::join(names, ", "))));
    return;
  }
  step.target = *target;
  step.text = fmt::format("{} {}", verb, text);
}

/// A condition in other words, which name the client and the state apart.
void StepReader::read_await_state() {
  read_target("await-state");
  if (step.target.kind != Target::Kind::kClient) {
    table.fail("await-state", "only clients have states, like client0");
    return;
  }
  std::vector<std::string> states;
  for (const shared::SlotState state : kSlotStates) states.emplace_back(ringside::to_text(state));
  const std::string client = to_string(step.target);
  const auto state = table.choice("state", states);
  if (!state) {
    table.fail("await-state",
               fmt::format("the state of {} to wait for is missing: state = one of {}", client,
                           fmt::join(states, ", ")));
    return;
  }
  step.condition = *Condition::parse(fmt::format("{}.state == '{}'", client, *state));
  step.may_be_evicted = std::ranges::count(std::array{"absent", "dead", "released"}, *state) != 0;
  step.text = fmt::format("await {} {}", client, *state);
}

void StepReader::read_restart() {
  const auto how = table.choice("restart-server", {"kill", "stop"}).value_or("kill");
  step.signal = how == "kill" ? SIGKILL : SIGINT;
  step.text = fmt::format("{} the server and start the next one", how);
}

void StepReader::read_moment() {
  if (const auto packets = table.integer("after_packets", 1, 1'000'000'000)) {
    step.after_packets = static_cast<std::uint64_t>(*packets);
    step.text += fmt::format(" when {} packets are received", *packets);
  }
  if (const auto seconds = table.real("after", 0)) {
    step.after_s = *seconds;
    step.text += fmt::format(" after {} s", *seconds);
  }
  if (step.after_packets != 0 && table.has("after")) {
    table.fail("after", "a kill has after or after_packets, not both");
  }
}

void StepReader::read_kill() {
  read_target("kill");
  read_moment();
  step.signal = SIGKILL;
  const auto name = table.text("signal");
  if (!name) return;
  for (int signal = 1; signal < 32; ++signal) {
    if (signal_name(signal) != *name) continue;
    if (!ends_programs(signal)) {
      table.fail("signal",
                 fmt::format("{} ends no program; pause stops one, continue lets it go on", *name));
    }
    step.signal = signal;
    step.text += fmt::format(" with {}", *name);
    return;
  }
  table.fail("signal",
             fmt::format("there is no signal \"{}\"; they are named as in SIGKILL", *name));
}

void StepReader::read() {
  std::vector<std::string> names;
  const std::pair<Verb, std::string_view>* found = nullptr;
  for (const auto& verb : kVerbs) {
    names.emplace_back(verb.second);
    if (table.raw().contains(verb.second)) found = &verb;
  }
  step.line = table.raw().source().begin.line;
  if (found == nullptr) {
    std::string hint;
    for (const auto& [key, value] : table.raw()) {
      if (hint.empty()) hint = did_you_mean(key.str(), names);
    }
    context.fail(table.raw().source(),
                 fmt::format("a step has one of {}{}", fmt::join(names, ", "), hint));
    return;
  }
  step.verb = found->first;
  read_verb(found->second);
  table.finish();
}

void StepReader::read_verb(std::string_view name) {
  if (step.verb == Verb::kSend) {
    read_send();
  } else if (name == "await-state") {
    read_await_state();
  } else if (step.verb == Verb::kAwait || step.verb == Verb::kCheck) {
    read_condition(name);
  } else if (step.verb == Verb::kKill) {
    read_kill();
  } else if (step.verb == Verb::kChurn) {
    step.kills = static_cast<unsigned>(table.integer("churn", 1, 1'000'000).value_or(0));
    step.text = fmt::format("kill and start clients {} times", step.kills);
  } else if (step.verb == Verb::kRestartServer) {
    read_restart();
  } else {
    read_target(name);
  }
  if (step.verb == Verb::kAwait) step.within = table.real("within", 0.001);
}

/// The captures for which the step stands, one after the other; one without a name when that is no
/// question.
std::vector<std::string> captures_of(TomlContext& context, const toml::table& step,
                                     const CapturePlaces& places) {
  if (step["send"].value<std::string>() != kAllCaptures) return {""};
  std::vector<std::string> names = capture_names(places.by_name);
  if (names.empty()) {
    context.fail(step.source(), fmt::format("there are no captures in {}", places.by_name));
  }
  return names;
}

}  // namespace

void read_steps(TomlContext& context, TomlTable& root, const CapturePlaces& places,
                Scenario& scenario) {
  const toml::table* table = root.table("play");
  if (table == nullptr) {
    context.lack(root.raw().source(), "a scenario has a table [play] with a list \"steps\"");
    return;
  }
  TomlTable play(context, *table);
  const toml::array* steps = play.array("steps");
  play.finish();
  if (steps == nullptr) {
    context.lack(table->source(), "[play] has a list \"steps\"");
    return;
  }
  for (const auto& element : *steps) {
    const toml::table* table = element.as_table();
    if (table == nullptr) {
      context.fail(element.source(), "a step is a table, like {send = \"imix\", port = 0}");
      return;
    }
    for (const std::string& capture : captures_of(context, *table, places)) {
      StepReader reader{context, TomlTable(context, *table), places, scenario, capture, {}};
      reader.read();
      scenario.steps.push_back(std::move(reader.step));
    }
  }
}

}  // namespace ringside::harness
