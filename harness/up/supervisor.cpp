// SPDX-License-Identifier: BSD-3-Clause
#include "harness/up/supervisor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

namespace ringside::harness {
namespace {

constexpr Duration kForwarding = std::chrono::milliseconds(20);
constexpr Duration kLastWords = std::chrono::seconds(1);
// The kernel keeps no count of a signal that has not arrived yet.
constexpr Duration kBetweenSignals = std::chrono::milliseconds(50);
// timeout(1) signals twice, a terminal that is closed as well.
constexpr Duration kOneInterrupt = std::chrono::milliseconds(100);

// Of a client's starts, beside the first; of the one that runs as well.
constexpr unsigned kLastLogs = 3;

double in_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

bool ended_with(const ProcessEnd& end, ExitCode code) {
  return end.signal == 0 && end.exit_code == static_cast<int>(code);
}

/// Codes of our programs mean the same for all of them; a signal says nothing about whose fault it
/// was.
/// Of a program that all depend on.
ExitCode verdict_of(const ProcessEnd& end) {
  for (const ExitCode code : {ExitCode::kOk, ExitCode::kUsage, ExitCode::kEnvironment}) {
    if (ended_with(end, code)) return code;
  }
  return ExitCode::kCheckFailed;
}

}  // namespace

Supervisor::Supervisor(World& world, SupervisorPlan plan, Listener& listener)
    : world_(world),
      plan_(std::move(plan)),
      listener_(listener),
      output_([this](const std::string& text) { listener_.tell(text); }) {
  for (const Service& service : plan_.services) programs_.push_back({service});
}

void Supervisor::tell(const std::string& sentence) {
  listener_.tell(OutputFollower::prefix("up") + sentence + "\n");
}

void Supervisor::forward_output() {
  if (world_.clock.now() < next_forwarding_) return;
  next_forwarding_ = world_.clock.now() + kForwarding;
  output_.forward();
}

Process& Supervisor::process(const std::string& name) {
  return *std::find_if(programs_.begin(), programs_.end(), [&](const Program& program) {
            return program.service.name == name;
          })->process;
}

std::string Supervisor::log_of(const Program& program, unsigned start) const {
  return fmt::format("{}/{}-{}", plan_.directory, program.service.name, start);
}

/// The first says how it began, the last how it is; a client that never stops crashing would fill
/// the disk with the others.
void Supervisor::remove_old_logs(const Program& program) const {
  if (program.starts <= 1 + kLastLogs) return;
  std::error_code ignored;
  for (const char* stream : {".out", ".err"}) {
    std::filesystem::remove(log_of(program, program.starts - kLastLogs) + stream, ignored);
  }
}

Status Supervisor::launch(Program& program) {
  ProcessSpec spec;
  const std::string log = log_of(program, ++program.starts);
  spec.name = program.service.name;
  spec.argv = program.service.command;
  spec.environment = plan_.environment;
  spec.directory = plan_.directory;
  spec.stdout_file = log + ".out";
  spec.stderr_file = log + ".err";
  spec.piped = program.service.piped;
  auto process = world_.launcher.start(spec);
  if (!process) return process.error();
  output_.finish(spec.name);  // of the one before
  remove_old_logs(program);
  program.process = std::move(*process);
  program.started = world_.clock.now();
  if (!spec.piped) output_.follow(spec.name, spec.stdout_file);
  output_.follow(spec.name, spec.stderr_file);
  return Done{};
}

Status Supervisor::start() {
  for (Program& program : programs_) {
    if (Status launched = launch(program); !launched) return launched;
  }
  return Done{};
}

void Supervisor::start_again_later(Program& client, const ProcessEnd& end) {
  const Duration pause = client.back_off.after(world_.clock.now() - client.started);
  client.due = world_.clock.now() + pause;
  const double seconds = in_seconds(pause);
  tell(fmt::format("{} crashed ({}) and is started again{}", client.service.name, end.text(),
                   seconds > 0 ? fmt::format(" in {:.1f} s", seconds) : ""));
}

void Supervisor::look_after(Program& client) {
  if (client.stays_away) return;
  if (client.due) {
    if (world_.clock.now() < *client.due) return;
    client.due.reset();
    if (Status launched = launch(client); !launched) {
      tell(fmt::format("error: {}", launched.error().message));
      verdict_ = launched.error().code;
    }
    return;
  }
  const auto end = client.process->poll();
  if (!end) return;
  if (ended_with(*end, ExitCode::kOk)) {
    client.stays_away = true;
    tell(fmt::format("{} has left and stays away", client.service.name));
  } else if (ended_with(*end, ExitCode::kUsage)) {
    verdict_ = ExitCode::kUsage;  // it would say the same every time
  } else {
    start_again_later(client, *end);
  }
}

/// Without it there is no traffic any more. It ends after a server that has ended, too.
void Supervisor::look_after_wire() {
  const auto wire = std::ranges::find(programs_, std::string("wire"),
                                      [](const Program& program) { return program.service.name; });
  if (wire == programs_.end()) return;
  const auto end = wire->process->poll();
  if (!end || ended_with(*end, ExitCode::kServerGone)) return;
  tell(fmt::format("the wire has ended ({})", end->text()));
  verdict_ = verdict_of(*end);
}

ExitCode Supervisor::run(const std::function<void()>& turn) {
  wait_until(world_.clock, Deadline::never(world_.clock), world_.interrupted, [&] {
    forward_output();
    if (const auto end = programs_.front().process->poll()) {
      tell(fmt::format("the server has ended ({})", end->text()));
      verdict_ = verdict_of(*end);
      return true;
    }
    for (Program& program : programs_) {
      if (program.service.is_client) look_after(program);
    }
    look_after_wire();
    if (!verdict_) turn();
    return verdict_.has_value() || listener_.has_left();
  });
  return end_all();
}

/// A server that is asked again does not wait for packets any more.
bool Supervisor::pass_on_interrupts(Program& program) {
  const TimePoint now = world_.clock.now();
  if (now < one_until_) heeded_ = world_.interrupted.load();
  if (heeded_ >= world_.interrupted.load() || now < next_passing_) return false;
  ++heeded_;
  next_passing_ = now + kBetweenSignals;
  tell(fmt::format("interrupted meanwhile: {} is told again", program.service.name));
  program.process->signal(SIGINT);
  return true;
}

bool Supervisor::end_program(Program& program, Duration patience) {
  Process& process = *program.process;
  if (process.poll()) return true;
  process.signal(SIGINT);
  process.signal(SIGCONT);
  const TimePoint begin = world_.clock.now();
  next_passing_ = begin + kBetweenSignals;
  static const InterruptFlag never{0};
  const auto ended = [&] {
    forward_output();
    const Duration passed = world_.clock.now() - begin;
    if (pass_on_interrupts(program)) patience = std::min(patience, passed + plan_.patience);
    return process.poll().has_value() || passed >= patience;
  };
  wait_until(world_.clock, Deadline::never(world_.clock), never, ended);
  if (process.poll()) return true;
  stop_process(world_.clock, process, SIGKILL, Deadline::never(world_.clock));
  tell(fmt::format("{} did not end within {:.0f} s and was killed", program.service.name,
                   in_seconds(patience)));
  return false;
}

ExitCode Supervisor::end_all() {
  one_until_ = world_.clock.now() + kOneInterrupt;  // of what has brought us here
  // A stopped client would keep what it owes; and whoever is to end must hear it.
  for (Program& program : programs_) program.process->signal(SIGCONT);
  Program& server = programs_.front();
  if (!server.process->poll()) {
    tell(fmt::format("ending: the server waits up to {:g} s for packets, or until the next Ctrl-C",
                     in_seconds(plan_.drain_timeout)));
  }
  bool graceful = end_program(server, plan_.drain_timeout + plan_.patience);  // clients follow it
  const auto clients_ended = [&] {
    forward_output();
    return std::all_of(programs_.begin(), programs_.end(), [](Program& program) {
      return !program.service.is_client || program.process->poll().has_value();
    });
  };
  static const InterruptFlag never{0};
  wait_until(world_.clock, Deadline(world_.clock, kLastWords), never, clients_ended);
  for (Program& program : programs_) {
    graceful = end_program(program, plan_.patience) && graceful;
    output_.finish(program.service.name);
  }
  if (verdict_) return *verdict_;
  return graceful ? ExitCode::kOk : ExitCode::kCheckFailed;
}

std::string Supervisor::summary() const {
  std::string text = "restarts:";
  for (const Program& program : programs_) {
    if (!program.service.is_client) continue;
    text += fmt::format("{} {} {}", text.back() == ':' ? "" : ",", program.service.name,
                        program.starts - 1);
  }
  return text;
}

}  // namespace ringside::harness
