// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/cluster.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <fstream>
#include <set>

namespace ringside::harness {
namespace {

constexpr std::size_t kTailLines = 15;

void read_tail(const std::string& path, std::size_t lines, std::deque<std::string>& tail) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    tail.push_back(line);
    if (tail.size() > lines) tail.pop_front();
  }
}

/// Our exit codes mean the same in every program of ours; others say nothing about whose fault it
/// is.
ExitCode code_of(const ProcessEnd& end) {
  if (end.exit_code == static_cast<int>(ExitCode::kUsage)) return ExitCode::kUsage;
  if (end.exit_code == static_cast<int>(ExitCode::kEnvironment)) return ExitCode::kEnvironment;
  return ExitCode::kCheckFailed;
}

/// What a line of the log says beyond the program's own name: "mp_server: error: no room" -> "no
/// room".
std::optional<std::string> error_sentence(const std::string& line) {
  const auto at = line.find(": error: ");
  if (at == std::string::npos) return std::nullopt;
  return line.substr(at + 9);
}

/// EAL's words for a driver that is not there, which a learner cannot know the meaning of.
std::optional<std::string> missing_driver(const std::vector<std::string>& log) {
  for (const auto& line : log) {
    const auto at = line.find("failed to parse device \"");
    if (at == std::string::npos) continue;
    const std::string device = line.substr(at + 24, line.find('"', at + 24) - at - 24);
    return fmt::format(
        "DPDK has no driver for {}: install its plugin (Debian: librte-net-pcap23, "
        "librte-net-null23, "
        "librte-net-ring23)",
        device.substr(0, device.find(',')));
  }
  return std::nullopt;
}

}  // namespace

Error wait_error(WaitEnd end, const std::string& what) {
  if (end == WaitEnd::kInterrupted) return Error{"interrupted", ExitCode::kInterrupted};
  return Error{fmt::format("deadline passed: {}", what), ExitCode::kTimedOut};
}

Cluster::Cluster(World& world, const Scenario& scenario, LaunchPlan plan, Patience patience,
                 std::string directory)
    : world_(world),
      scenario_(scenario),
      plan_(std::move(plan)),
      patience_(patience),
      directory_(std::move(directory)),
      telemetry_(world.telemetry(dpdk_directory() + "/dpdk_telemetry.v2")) {}

std::string Cluster::dpdk_directory() const {
  return fmt::format("{}/dpdk/{}", directory_, plan_.prefix);
}

std::uint64_t Cluster::now_ns() const {
  return static_cast<std::uint64_t>(world_.clock.now().time_since_epoch().count());
}

Cluster::Program* Cluster::program(const std::string& name) {
  const auto found = std::find_if(programs_.rbegin(), programs_.rend(),
                                  [&](const Program& p) { return p.name == name; });
  return found == programs_.rend() ? nullptr : &*found;
}

Process* Cluster::find(const std::string& name) {
  Program* found = program(name);
  return found != nullptr ? found->process.get() : nullptr;
}

Result<Process*> Cluster::start(const std::string& name, std::vector<std::string> command,
                                bool piped) {
  const auto earlier = std::count_if(programs_.begin(), programs_.end(),
                                     [&](const Program& p) { return p.name == name; });
  const std::string log = earlier == 0 ? name : fmt::format("{}-{}", name, earlier + 1);
  ProcessSpec spec;
  spec.name = name;
  spec.argv = command;
  spec.environment = {{"RUNTIME_DIRECTORY", directory_}};
  spec.directory = directory_;
  spec.stdout_file = fmt::format("{}/{}.out", directory_, log);
  spec.stderr_file = fmt::format("{}/{}.err", directory_, log);
  spec.piped = piped;
  // A terminal can be handed to one program only, and the wire's stdin is spoken for.
  spec.foreground = plan_.wraps.size() == 1 && plan_.wraps.count(name) == 1 && !piped;
  spdlog::debug("start {} in {}: {}", name, directory_, join_words(command));
  auto process = world_.launcher.start(spec);
  if (!process) return process.error();
  Program program{name, std::move(command), std::move(*process), spec.stdout_file,
                  spec.stderr_file};
  const auto expected = scenario_.exits.find(name);
  if (expected != scenario_.exits.end()) {
    program.expected = expected->second;
    program.may_end = expected->second.signal != 0;  // when, nobody said
  }
  programs_.push_back(std::move(program));
  return programs_.back().process.get();
}

std::vector<std::string> Cluster::tail(const Program& program, std::size_t lines) const {
  std::deque<std::string> all;
  read_tail(program.out_file, lines, all);
  read_tail(program.err_file, lines, all);
  return {all.begin(), all.end()};
}

Error Cluster::why_ended(const Program& program) {
  const auto end = program.process->poll();
  const std::vector<std::string> log = tail(program, 200);
  Error error;
  error.code = end ? code_of(*end) : ExitCode::kInternal;
  if (const auto driver = missing_driver(log)) {
    return Error{*driver, ExitCode::kEnvironment};
  }
  const auto line = std::find_if(
      log.rbegin(), log.rend(), [](const std::string& l) { return error_sentence(l).has_value(); });
  error.message =
      fmt::format("{} ended before it was ready ({}){}{}", program.name, end ? end->text() : "?",
                  line != log.rend() ? ": " : "", line != log.rend() ? *error_sentence(*line) : "");
  return error;
}

Status Cluster::wait_for(const std::string& what, const std::function<bool()>& condition) {
  std::optional<Error> failure;
  const auto met = [&] {
    if (condition()) return true;
    for (const auto& program : programs_) {
      if (program.is_amiss()) failure = why_ended(program);
    }
    return failure.has_value();
  };
  const Deadline deadline = patience_.deadline(world_.clock, patience_.start);
  const WaitEnd end = wait_until(world_.clock, deadline, world_.interrupted, met);
  if (failure) return *failure;
  if (end == WaitEnd::kMet) return Done{};
  return wait_error(end, what + stopped());
}

Status Cluster::start_server() {
  auto started = start("server", server_command(scenario_, plan_), false);
  if (!started) return started.error();
  return wait_for("the server did not answer on its telemetry socket",
                  [&] { return telemetry_->request("/mp/stats").ok(); });
}

Status Cluster::launch_client(unsigned id) {
  const auto client = std::find_if(scenario_.clients.begin(), scenario_.clients.end(),
                                   [&](const ClientOptions& c) { return c.id == id; });
  const std::string name = client_name(id);
  if (Process* const earlier = find(name); earlier != nullptr && !earlier->poll()) {
    return Error{fmt::format("{} is still there (pid {})", name, earlier->pid())};
  }
  auto started = start(name, client_command(*client, plan_), false);
  if (!started) return started.error();
  return Done{};
}

Status Cluster::start_clients(const std::vector<unsigned>& ids) {
  for (const unsigned id : ids) {
    if (Status launched = launch_client(id); !launched) return launched;
  }
  // Clients start one at a time, so each has the time of a start.
  for (const unsigned id : ids) {
    const auto is_active = [&] {
      ServerFacts facts(*telemetry_);
      return facts.get(fmt::format("client{}.state", id)) == Fact(std::string("active")) &&
             facts.count(fmt::format("client{}.pid", id)) > 0;
    };
    if (Status joined = wait_for("not all clients joined", is_active); !joined) return joined;
  }
  return Done{};
}

std::vector<RestartedClient> Cluster::serving() {
  std::vector<RestartedClient> serving;
  ServerFacts facts(*telemetry_);
  for (const ClientOptions& client : scenario_.clients) {
    const std::string name = client_name(client.id);
    Process* const process = find(name);
    if (process == nullptr || facts.get(name + ".state") != Fact(std::string("active"))) continue;
    if (facts.count(name + ".pid") != process->pid()) continue;
    serving.push_back({client.id, process->pid()});
  }
  return serving;
}

std::vector<RestartedClient> Cluster::staying() {
  std::vector<RestartedClient> clients = serving();
  std::erase_if(clients, [this](const RestartedClient& client) {
    return !program(client_name(client.client))->reconnects();
  });
  return clients;
}

Status Cluster::end_server(bool kill) {
  const ExpectedEnd server = kill ? ExpectedEnd{-1, SIGKILL} : ExpectedEnd{0, 0};
  expect_followers(kill ? ExitCode::kServerGone : ExitCode::kOk);
  expect_end("server", server);
  if (kill) find("server")->signal(SIGKILL);
  if (!kill && stop("server").had_to_kill) {
    return Error{"the server did not end when it was asked to", ExitCode::kCheckFailed};
  }
  return wait_for("the server did not end", [&] { return find("server")->poll().has_value(); });
}

ExpectedEnd Cluster::end_by(const std::string& name, int signal) const {
  const auto expected = scenario_.exits.find(name);
  if (expected != scenario_.exits.end()) return expected->second;
  return signal == SIGINT || signal == SIGTERM ? ExpectedEnd{0, 0} : ExpectedEnd{-1, signal};
}

void Cluster::expect_followers(ExitCode code) {
  for (Program& each : programs_) {
    if (!each.follows()) continue;
    each.may_end = true;
    if (!scenario_.exits.contains(each.name)) each.expected = {static_cast<int>(code), 0};
  }
}

/// Those that can notice the end of their server: one that is stopped cannot.
std::vector<Follower> Cluster::followers() {
  std::vector<Follower> followers;
  for (const ClientOptions& client : scenario_.clients) {
    const Program* const found = program(client_name(client.id));
    if (found == nullptr || !found->follows() || found->process->is_stopped()) continue;
    followers.push_back({client.id, found->process->pid(), std::nullopt});
  }
  return followers;
}

bool Cluster::all_followed(ServerDeath& death) {
  bool all = find("server")->poll().has_value();
  for (Follower& client : death.followers) {
    if (!client.ended_ns && find(client_name(client.client))->poll()) client.ended_ns = now_ns();
    all = all && client.ended_ns;
  }
  return all;
}

Status Cluster::kill_server(int signal) {
  Process* const server = find("server");
  if (server == nullptr || server->poll()) {
    return Error{"server does not run", ExitCode::kCheckFailed};
  }
  const ExpectedEnd end = end_by("server", signal);
  expect_end("server", end);
  expect_followers(end.signal != 0 ? ExitCode::kServerGone : ExitCode::kOk);
  ServerDeath death{now_ns(), followers()};
  server->signal(signal);
  const WaitEnd waited = wait_until(world_.clock, patience_.deadline(world_.clock, patience_.stop),
                                    world_.interrupted, [&] { return all_followed(death); });
  if (const auto seen = server->poll(); seen && seen->signal != 0) server_death_ = death;
  if (waited == WaitEnd::kMet) return Done{};
  return wait_error(waited, "the server and its clients have not all ended");
}

Status Cluster::await_clients(const std::vector<RestartedClient>& clients) {
  return wait_for("not all clients joined the next server", [&] {
    const auto there = serving();
    return std::all_of(clients.begin(), clients.end(), [&](const RestartedClient& client) {
      return std::any_of(there.begin(), there.end(), [&](const RestartedClient& other) {
        return other.client == client.client && other.pid == client.pid;
      });
    });
  });
}

Result<Process*> Cluster::start_wire() {
  if (plan_.programs.wire.empty()) {
    return environment_error(
        "ring ports need mp_wire, which is missing; name it with --wire PROGRAM");
  }
  return start("wire", wire_command(plan_), true);
}

void Cluster::note_strike(const Program& program, int signal) {
  const auto target = parse_target(program.name);
  if (!target || target->kind != Target::Kind::kClient) return;
  strikes_.push_back({target->number, program.process->pid(), signal, now_ns()});
}

void Cluster::strike(const std::string& name, int signal) {
  Program* const found = program(name);
  if (found == nullptr) return;
  note_strike(*found, signal);
  found->process->signal(signal);
}

bool Cluster::someone_was_killed() {
  return std::any_of(programs_.begin(), programs_.end(), [](Program& program) {
    const auto end = program.process->poll();
    return program.is_client() && end && end->signal != 0;
  });
}

Status Cluster::await_burials() {
  return wait_for("the server did not let go of a client that was killed", [&] {
    ServerFacts facts(*telemetry_);
    const auto holds_its_slot = [&](const Program& program) {
      return program.is_client() && facts.count(program.name + ".pid") == program.process->pid();
    };
    // After some ten thousand processes a pid comes again: who lives is not the one who died.
    std::set<std::string> living;
    for (const Program& program : programs_) {
      if (!program.process->poll() && holds_its_slot(program)) living.insert(program.name);
    }
    return std::none_of(programs_.begin(), programs_.end(), [&](const Program& program) {
      const auto end = program.process->poll();
      return end && end->signal != 0 && holds_its_slot(program) && !living.contains(program.name);
    });
  });
}

void Cluster::expect_end(const std::string& name, const ExpectedEnd& end) {
  if (Program* found = program(name)) {
    found->may_end = true;
    found->expected = end;
  }
}

void Cluster::expect_eviction(const std::string& name) {
  Program* const found = program(name);
  if (found == nullptr || scenario_.exits.contains(name)) return;
  found->may_be_evicted = true;
}

bool Cluster::expects_eviction(const std::string& name) {
  const Program* const found = program(name);
  return found != nullptr && found->may_be_evicted;
}

std::optional<std::string> Cluster::unexpected_end() {
  for (const auto& program : programs_) {
    if (!program.is_amiss()) continue;
    return fmt::format("{} ended: {}", program.name, program.process->poll()->text());
  }
  return std::nullopt;
}

std::string Cluster::stopped() {
  std::string text;
  for (const auto& program : programs_) {
    if (program.process->poll() || !program.process->is_stopped()) continue;
    text += fmt::format("; {} is stopped", program.name);
  }
  return text;
}

Stopped Cluster::stop(const std::string& name) {
  Program* found = program(name);
  if (found == nullptr) return {};
  found->may_end = true;
  if (!found->process->poll()) note_strike(*found, SIGINT);
  const Stopped stopped = stop_process(world_.clock, *found->process, SIGINT,
                                       patience_.deadline(world_.clock, patience_.stop));
  found->had_to_kill = found->had_to_kill || stopped.had_to_kill;
  return stopped;
}

void Cluster::stop_server_and_clients() {
  for (auto& program : programs_) program.may_end = true;
  stop("server");
  for (auto& program : programs_) {
    // It would wait for the next server.
    if (program.is_client() && program.reconnects()) program.process->signal(SIGINT);
  }
  const auto clients_ended = [&] {
    return std::all_of(programs_.begin(), programs_.end(), [](Program& program) {
      return program.name == "wire" || program.process->poll().has_value();
    });
  };
  wait_until(world_.clock, patience_.deadline(world_.clock, patience_.stop), world_.interrupted,
             clients_ended);
  for (auto& program : programs_) {
    if (program.name == "wire" || program.process->poll()) continue;
    // A client that outlives its server by that much hangs; a short time to say why, then no more.
    program.had_to_kill = true;
    stop_process(world_.clock, *program.process, SIGTERM,
                 Deadline(world_.clock, std::chrono::seconds(1)));
  }
}

void Cluster::resume_all() {
  for (auto& program : programs_) program.process->signal(SIGCONT);
}

void Cluster::stop_wire() {
  Program* wire = program("wire");
  if (wire == nullptr) return;
  wire->may_end = true;
  wire->process->write("{\"cmd\":\"quit\"}\n");
  const auto ended = [&] { return wire->process->poll().has_value(); };
  wait_until(world_.clock, patience_.deadline(world_.clock, patience_.stop), world_.interrupted,
             ended);
  if (ended()) return;
  wire->had_to_kill = true;
  stop_process(world_.clock, *wire->process, SIGTERM,
               Deadline(world_.clock, std::chrono::seconds(1)));
}

std::vector<ProgramEnd> Cluster::ends() {
  std::vector<ProgramEnd> ends;
  for (auto& program : programs_) {
    ProgramEnd end;
    end.name = program.name;
    const auto seen = program.process->poll();
    const bool evicted = program.may_be_evicted && seen && seen->signal == SIGKILL;
    const ExpectedEnd expected = evicted ? ExpectedEnd{-1, SIGKILL} : program.expected;
    end.expectation = ProcessEnd{expected.exit_code, expected.signal}.text();
    if (seen) {
      if (seen->signal != 0) {
        end.signal = seen->signal;
      } else {
        end.code = seen->exit_code;
      }
      end.as_expected = !program.had_to_kill && seen->signal == expected.signal &&
                        (expected.signal != 0 || seen->exit_code == expected.exit_code);
    } else {
      end.as_expected = false;
    }
    if (program.had_to_kill) end.expectation += ", within the deadline";
    ends.push_back(std::move(end));
  }
  return ends;
}

std::vector<ProgramLog> Cluster::logs() {
  std::vector<ProgramLog> logs;
  for (auto& program : programs_) {
    const auto end = program.process->poll();
    std::string words = end ? end->text() : "still running";
    if (program.had_to_kill) words += " after its deadline";
    logs.push_back({program.name, join_words(program.command), words, tail(program, kTailLines)});
  }
  return logs;
}

}  // namespace ringside::harness
