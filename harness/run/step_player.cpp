// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/step_player.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "harness/run/churn.hpp"

namespace ringside::harness {
namespace {

/// What moves while packets do: as long as one of these changes, waiting is worth it.
std::array<std::int64_t, 5> progress(ServerFacts& server) {
  return {server.count("received"), server.count("transmitted"), server.count("dropped"),
          server.count("in_flight"), server.count("clients_active")};
}

}  // namespace

std::optional<Fact> StepPlayer::fact(ServerFacts& server, const std::string& name) {
  if (name == "sending") return Fact(static_cast<std::int64_t>(traffic_.sending()));
  if (name == "sent") return Fact(static_cast<std::int64_t>(traffic_.sent()));
  if (name == "missed") {
    std::int64_t missed = 0;
    for (unsigned port = 0; port < scenario_.port_count; ++port) {
      missed += server.count(fmt::format("port{}.missed", port));
    }
    return Fact(missed);
  }
  if (name == "arriving") {
    const auto captured = traffic_.captured();
    if (!captured) return Fact(std::int64_t{0});
    return Fact(server.count("transmitted") - static_cast<std::int64_t>(*captured));
  }
  if (auto own = traffic_.fact(name)) return own;
  return server.get(name);
}

Status StepPlayer::wait(const std::string& what, const std::function<bool()>& condition) {
  std::optional<Error> failure;
  const WaitEnd end = wait_until(world_.clock, deadline_, world_.interrupted, [&] {
    if (condition()) return true;
    if (const auto ended = cluster_.unexpected_end()) {
      failure = Error{*ended, ExitCode::kCheckFailed};
    } else {
      failure = traffic_.failure();
    }
    return failure.has_value();
  });
  if (failure) return *failure;
  if (end == WaitEnd::kMet) return Done{};
  return wait_error(end, what);
}

bool StepPlayer::paced_send_lives() {
  const bool paced = std::any_of(scenario_.steps.begin(), scenario_.steps.end(), [](const Step& s) {
    return s.verb == Verb::kSend && s.pace.kind != Pace::Kind::kAsap;
  });
  const std::uint64_t before = std::exchange(heartbeat_, traffic_.heartbeat());
  return paced && heartbeat_ != before && traffic_.sending() != 0;
}

Status StepPlayer::send(const Step& step) {
  const Status status = traffic_.send(step);
  if (!status || step.background) return status;
  const Status waited = wait("the send did not end", [&] { return traffic_.sending() == 0; });
  if (!waited) return waited;
  if (auto failure = traffic_.failure()) return *failure;
  return Done{};
}

Status StepPlayer::await(const Step& step, StepResult& result) {
  if (step.may_be_evicted) cluster_.expect_eviction(to_string(step.target));
  const Deadline own =
      step.within
          ? patience_.deadline(world_.clock, std::chrono::duration_cast<Duration>(
                                                 std::chrono::duration<double>(*step.within)))
          : Deadline::never(world_.clock);
  Deadline stall = patience_.deadline(world_.clock, patience_.stall);
  std::array<std::int64_t, 5> before{};
  bool gave_up = false;
  const Status status = wait(step.text, [&] {
    ServerFacts server(cluster_.telemetry());
    const FactSource facts = [&](const std::string& name) { return fact(server, name); };
    const bool late = own.passed() || stall.passed();
    if (step.condition.holds(facts)) return true;
    const auto now = progress(server);
    // A paced send may have long gaps; they are no reason to give up.
    if (now != before || paced_send_lives())
      stall = patience_.deadline(world_.clock, patience_.stall);
    before = now;
    result.observed = step.condition.describe(facts);
    gave_up = late;
    return late;
  });
  if (status && !gave_up) return status;
  result.expected = step.condition.text();
  if (!status) return status;
  return Error{fmt::format("{} ({})", result.observed,
                           own.passed() ? "deadline passed" : "no progress any more"),
               ExitCode::kTimedOut};
}

Status StepPlayer::check(const Step& step, StepResult& result) {
  ServerFacts server(cluster_.telemetry());
  const FactSource facts = [&](const std::string& name) { return fact(server, name); };
  if (step.condition.holds(facts)) return Done{};
  result.expected = step.condition.text();
  result.observed = step.condition.describe(facts);
  return Error{result.observed, ExitCode::kCheckFailed};
}

Status StepPlayer::signal_to(const Target& target, int signal) {
  Process* process = cluster_.find(to_string(target));
  if (process == nullptr || process->poll()) {
    return Error{fmt::format("{} does not run", to_string(target)), ExitCode::kCheckFailed};
  }
  cluster_.strike(to_string(target), signal);
  return Done{};
}

Status StepPlayer::pause(const Step& step, bool pause) {
  if (step.target.kind == Target::Kind::kWirePort) {
    return traffic_.pause_port(step.target.number, pause);
  }
  const Status sent = signal_to(step.target, pause ? SIGSTOP : SIGCONT);
  if (!sent || !pause) return sent;
  // SIGSTOP takes effect a moment after kill(2) returns; what comes next relies on it.
  return wait("the program did not stop",
              [&] { return cluster_.find(to_string(step.target))->is_stopped(); });
}

/// The moment of a kill: when so many packets were received, or so much time has passed.
Status StepPlayer::wait_for_moment(const Step& step, StepResult& result) {
  if (step.after_packets != 0) {
    Step packets = step;
    packets.condition = *Condition::parse(fmt::format("received >= {}", step.after_packets));
    return await(packets, result);
  }
  const Deadline moment(world_.clock, std::chrono::duration_cast<Duration>(
                                          std::chrono::duration<double>(step.after_s)));
  return wait("the moment did not come", [&] { return moment.passed(); });
}

Status StepPlayer::kill(const Step& step, StepResult& result) {
  const Status moment = wait_for_moment(step, result);
  if (!moment) return moment;
  if (step.target.kind == Target::Kind::kServer) return cluster_.kill_server(step.signal);
  const std::string name = to_string(step.target);
  cluster_.expect_end(name, cluster_.end_by(name, step.signal));
  const Status sent = signal_to(step.target, step.signal);
  if (!sent) return sent;
  return wait("the program did not end", [&] { return cluster_.find(name)->poll().has_value(); });
}

Status StepPlayer::start(const Step& step) {
  const std::string name = to_string(step.target);
  if (cluster_.expects_eviction(name)) {
    // Its slot is free before the kernel has done with it.
    const Status ended = wait("the client that was evicted did not end",
                              [&] { return cluster_.find(name)->poll().has_value(); });
    if (!ended) return ended;
  }
  return cluster_.start_clients({step.target.number});
}

Status StepPlayer::stop(const Step& step) {
  switch (step.target.kind) {
    case Target::Kind::kSends:
      traffic_.stop_sends();
      return Done{};
    case Target::Kind::kServer:
      cluster_.stop_server_and_clients();
      return Done{};
    case Target::Kind::kClient:
      cluster_.stop(to_string(step.target));
      return Done{};
    default:  // the reader lets nothing else through
      return Error{"what cannot be stopped was to be", ExitCode::kInternal};
  }
}

Status StepPlayer::churn(const Step& step) {
  const auto wait_for = [this](const std::string& what, const std::function<bool()>& condition) {
    return wait(what, condition);
  };
  return Churn(world_, scenario_, cluster_, wait_for, seed_).run(step.kills);
}

/// It dies by itself, perhaps before it has joined.
Status StepPlayer::crash(const Step& step) {
  const Status launched = cluster_.launch_client(step.target.number);
  if (!launched) return launched;
  const std::string name = to_string(step.target);
  cluster_.expect_end(name, {-1, SIGKILL});
  return wait("it did not crash", [&] { return cluster_.find(name)->poll().has_value(); });
}

StepPlayer::Outcome StepPlayer::play(const Step& step) {
  Outcome outcome;
  StepResult& result = outcome.result;
  result.text = step.text;
  result.line = step.line;
  const Status status = [&] {
    switch (step.verb) {
      case Verb::kSend:
        return send(step);
      case Verb::kAwait:
        return await(step, result);
      case Verb::kCheck:
        return check(step, result);
      case Verb::kPause:
        return pause(step, true);
      case Verb::kResume:
        return pause(step, false);
      case Verb::kKill:
        return kill(step, result);
      case Verb::kStart:
        return start(step);
      case Verb::kStop:
        return stop(step);
      case Verb::kChurn:
        return churn(step);
      case Verb::kCrash:
        return crash(step);
      case Verb::kRestartServer:
        break;  // Play's: it takes more than programs
    }
    return Status(Error{"unknown step", ExitCode::kInternal});
  }();
  if (status) {
    result.observed.clear();
    return outcome;
  }
  outcome.error = status.error();
  if (outcome.error->code == ExitCode::kTimedOut) outcome.error->message += cluster_.stopped();
  const bool by_program =
      status.error().code == ExitCode::kCheckFailed || status.error().code == ExitCode::kTimedOut;
  result.outcome = by_program ? harness::Outcome::kFail : harness::Outcome::kError;
  if (result.observed.empty()) result.observed = status.error().message;
  return outcome;
}

}  // namespace ringside::harness
